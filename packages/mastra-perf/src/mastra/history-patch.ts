import type { Patch } from './patch.ts';
import type { Registry } from './registry.ts';

type Persist = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** Tells apart the question whether a thread exists, which Mastra's history asks before each save, from reads of the thread. */
export function historyPatch(prototype: object, shared: Registry): Patch {
  return {
    target: prototype,
    method: 'persistMessages',
    wrap: (original) =>
      function (this: unknown, ...args) {
        return shared.persisting.run(true, () => (original as unknown as Persist).apply(this, args));
      } satisfies Persist as never,
  };
}
