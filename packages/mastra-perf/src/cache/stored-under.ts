import type { Clock } from '../base/clock.ts';
import { readParts } from '../pipeline/answer-text.ts';
import type { ModelCall, Reply } from '../pipeline/call.ts';
import type { StoredPart } from '../pipeline/stored-answer.ts';
import { ageOf } from './answer.ts';
import { freshnessOf } from './freshness.ts';
import { namesOf } from './names.ts';
import type { CacheSettings } from './options.ts';
import { replay } from './replay.ts';
import type { Found, Tiers } from './tiers.ts';

/** A stored answer to another question. */
export interface StoredAnswer {
  readonly parts: readonly StoredPart[];
  /** Answers the call with it, as `semantic`. */
  reply(): Reply;
}

export interface StoredUnderDeps {
  readonly tiers: Pick<Tiers, 'local' | 'remote'>;
  readonly clock: Clock;
  readonly settingsOf: (call: ModelCall) => CacheSettings | false;
}

/**
 * The answer under another key, by the rules that hold for the call itself: its time to live, and nothing that is older than an
 * invalidation of its tags, of its own key or of the other one. `'stale'` where there is only an old one, `'away'` where nobody knows.
 */
export type StoredUnder = (
  call: ModelCall,
  key: string,
) => Promise<StoredAnswer | 'stale' | 'away' | undefined>;

export function storedUnder({ tiers, clock, settingsOf }: StoredUnderDeps): StoredUnder {
  const stored = (call: ModelCall, found: Found): StoredAnswer => {
    const parts = found.parts ?? readParts(found.answer.text);
    return { parts, reply: () => replay(call, { ...found, parts }, 'semantic', clock) };
  };
  return async (call, key) => {
    const settings = settingsOf(call);
    if (settings === false) return undefined;
    const { agent } = call.caller;
    const names = [...new Set([...namesOf(key, agent, call.overrides.tags), ...namesOf(call.key(), agent)])];
    const isFresh = ({ answer }: Found): boolean =>
      ageOf(answer, clock.now(), freshnessOf(call, settings)).fresh;
    const local = tiers.local(key, names);
    if (local && isFresh(local)) return stored(call, local);
    const remote = call.facts.storeAway ? 'away' : await tiers.remote(key, names);
    if (remote === 'away') {
      call.facts.storeAway = true;
      return 'away';
    }
    if (remote && isFresh(remote)) return stored(call, remote);
    return (remote ?? local) ? 'stale' : undefined;
  };
}
