import type { Clock } from '../base/clock.ts';
import { readParts } from '../pipeline/answer-text.ts';
import type { ModelCall, Reply } from '../pipeline/call.ts';
import { freshIdentity } from '../pipeline/fresh-identity.ts';
import type { StreamPart } from '../pipeline/parts.ts';
import { readerOfParts } from '../pipeline/reader.ts';
import { splitDeltas } from '../pipeline/stored-answer.ts';
import type { Found } from './tiers.ts';

/** The reply that a stored answer is: streamed as it was, with an identity of its own. */
export function replay(call: ModelCall, found: Found, name: 'hit' | 'stale' | 'shared', clock: Clock): Reply {
  const { answer, tier } = found;
  const now = clock.now();
  call.facts.outcome = { name, tier, ageMs: Math.max(0, now - answer.storedAt), savedMs: answer.tookMs };
  const parts = found.parts ?? readParts(answer.text);
  return { head: {}, parts: readerOfParts(changed(splitDeltas(parts), freshIdentity(now))) };
}

function* changed(
  parts: Iterable<StreamPart>,
  change: (part: StreamPart) => StreamPart,
): Generator<StreamPart> {
  for (const part of parts) yield change(part);
}
