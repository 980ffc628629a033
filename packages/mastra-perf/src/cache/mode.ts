import type { ModelCall } from '../pipeline/call.ts';
import type { CacheSettings } from './options.ts';

export type Mode = 'off' | 'default' | 'bypass' | 'refresh' | 'only-if-cached';

/** How a call uses the cache; `settings` are those of its agent, `false` when its cache is off. */
export function modeOf(call: ModelCall, settings: CacheSettings | false): Mode {
  const asked = call.overrides.cache ?? 'default';
  if (asked === 'bypass') return 'bypass';
  // Asked to answer only from a cache that is off, the call must still not reach the model.
  if (settings === false && asked === 'only-if-cached') return 'only-if-cached';
  return settings === false || asked === false ? 'off' : asked;
}
