import type { Clock } from './base/clock.ts';
import type { ContextSettings } from './context/options.ts';
import type { ModelReference } from './context/tokens/counted-model.ts';
import type { Events } from './events.ts';
import type { Middleware, ModelCall } from './pipeline/call.ts';

export interface PerfContextDeps {
  readonly settingsOf: (call: ModelCall) => ContextSettings | false;
  /** Tokens that a model takes, its answer included. */
  readonly windowOf: (provider: string, modelId: string) => Promise<number | undefined>;
  readonly clock: Clock;
  readonly events: Events;
  readonly fault: (where: string, error: unknown) => void;
}

/** All that is done to prompts. */
export interface PerfContext {
  /** Before a call is looked up anywhere. */
  readonly window: Middleware;
  /** Next to the model. */
  readonly promptCache: Middleware;
  /** Loads what counting the tokens of these models takes. Never rejects. */
  ready(models: readonly ModelReference[]): Promise<void>;
  /** Resolves when nothing is read or summarised beside the calls. */
  idle(): Promise<void>;
}

/** It is off by default, and a quarter of the code: it is loaded with the first call of an agent that has it on. */
export function createPerfContext(deps: PerfContextDeps): PerfContext {
  let parts: Promise<PerfContext> | undefined;
  const load = (): Promise<PerfContext> =>
    (parts ??= import('./perf-context-parts.ts').then(({ createContextParts }) => createContextParts(deps)));
  const lazily = (name: string, part: 'window' | 'promptCache'): Middleware => ({
    name,
    async run(call, next) {
      if (deps.settingsOf(call) === false) return next();
      const loaded = await load();
      return loaded[part].run(call, next);
    },
  });
  return {
    window: lazily('context', 'window'),
    promptCache: lazily('promptCache', 'promptCache'),
    ready: async (models) => (await load()).ready(models),
    idle: async () => (await parts)?.idle(),
  };
}
