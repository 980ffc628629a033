import type { WarmUpReport } from './lifecycle/warm-up.ts';
import type { WarmUpOptions } from './lifecycle/warm-up-options.ts';
import type { MastraLike } from './mastra/host.ts';
import type { PerfWarmUpDeps } from './perf-warmup-parts.ts';

export type RunWarmUp = (mastra: MastraLike | undefined, options?: WarmUpOptions) => Promise<WarmUpReport>;

/** A process asks for it once, if ever: its code is loaded then. */
export function createPerfWarmUp(deps: PerfWarmUpDeps): RunWarmUp {
  let loaded: Promise<RunWarmUp> | undefined;
  return async (mastra, options) => {
    loaded ??= import('./perf-warmup-parts.ts').then(({ createWarmUpParts }) => createWarmUpParts(deps));
    return (await loaded)(mastra, options);
  };
}
