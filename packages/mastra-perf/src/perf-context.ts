import type { Clock } from './base/clock.ts';
import { contextWindow } from './context/context-window.ts';
import type { ContextSettings } from './context/options.ts';
import { promptCache } from './context/prompt-cache/prompt-cache.ts';
import { recallForRun } from './context/recall-for-run.ts';
import { createRecall } from './context/recall/recall.ts';
import { rewritePrompts } from './context/rewrite-prompt.ts';
import { summarizeDropped } from './context/summarize-dropped.ts';
import { createTokenCounting } from './context/tokens/token-counting.ts';
import type { Events } from './events.ts';
import type { Middleware, ModelCall } from './pipeline/call.ts';
import { modelName } from './pipeline/model-name.ts';

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
  /** Resolves when nothing is read or summarised beside the calls. */
  idle(): Promise<void>;
}

export function createPerfContext({
  settingsOf,
  windowOf,
  clock,
  events,
  fault,
}: PerfContextDeps): PerfContext {
  const recall = createRecall({ clock, fault });
  const summaryOf = summarizeDropped({ clock, fault });
  return {
    window: contextWindow({
      settingsOf,
      counting: createTokenCounting({ fault }),
      rewrite: rewritePrompts({ recalledFor: recallForRun(recall), summaryOf, windowOf }),
      tell: ({ caller, model }, facts) =>
        events.emit('context', {
          agent: caller.agent,
          model: modelName(model.provider, model.modelId),
          ...facts,
        }),
      fault,
    }),
    promptCache: promptCache({
      settingsOf(call) {
        const settings = settingsOf(call);
        return settings !== false && (settings.promptCache ?? false);
      },
      isPassing: ({ facts }) => facts.context?.recalled !== undefined,
      fault,
    }),
    async idle() {
      await Promise.all([recall.idle(), summaryOf.idle()]);
    },
  };
}
