import type { Clock } from '../base/clock.ts';
import { readParts } from '../pipeline/answer-text.ts';
import type { ModelCall, Reply } from '../pipeline/call.ts';
import { freshIdentity } from '../pipeline/fresh-identity.ts';
import type { StreamPart } from '../pipeline/parts.ts';
import { readerOfParts } from '../pipeline/reader.ts';
import { splitDeltas, wholeDeltas } from '../pipeline/stored-answer.ts';
import type { Found } from './tiers.ts';

/** The reply that a stored answer is, with an identity of its own: streamed as it was, or in one piece for a caller who takes all of it at once. */
export function replay(
  call: ModelCall,
  found: Found,
  name: 'hit' | 'stale' | 'semantic' | 'shared',
  clock: Clock,
): Reply {
  const { answer, tier } = found;
  const now = clock.now();
  call.facts.outcome = { name, tier, ageMs: Math.max(0, now - answer.storedAt), savedMs: answer.tookMs };
  const stored = found.parts ?? readParts(answer.text);
  const parts = call.method === 'stream' ? splitDeltas(stored) : wholeDeltas(stored);
  return { head: {}, parts: readerOfParts(changed(parts, freshIdentity(now))) };
}

function* changed(
  parts: Iterable<StreamPart>,
  change: (part: StreamPart) => StreamPart,
): Generator<StreamPart> {
  for (const part of parts) yield change(part);
}
