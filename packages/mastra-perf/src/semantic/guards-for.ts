import type { Guard } from './guards/guard.ts';
import { areGuards, type SemanticSettings } from './options.ts';

type DefaultGuards = (options: { readonly isVerified: boolean }) => readonly Guard[];

/** The guards of an agent. They are made once: they keep what they have read of the last texts. */
export function guardsFor(
  defaultGuards: DefaultGuards,
): (settings: Pick<SemanticSettings, 'guards' | 'verify'>) => readonly Guard[] {
  const verified = defaultGuards({ isVerified: true });
  const alone = defaultGuards({ isVerified: false });
  const made = new WeakMap<object, Map<readonly Guard[], readonly Guard[]>>();
  return ({ guards, verify }) => {
    const defaults = verify ? verified : alone;
    if (typeof guards !== 'function') return guards ?? defaults;
    const known = made.get(guards)?.get(defaults);
    if (known) return known;
    const own: unknown = guards(defaults);
    if (!areGuards(own)) throw new TypeError('cache.semantic.guards must return an array of guards');
    made.set(guards, (made.get(guards) ?? new Map()).set(defaults, own));
    return own;
  };
}
