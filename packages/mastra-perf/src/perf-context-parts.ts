import { contextWindow } from './context/context-window.ts';
import { promptCache } from './context/prompt-cache/prompt-cache.ts';
import { recallForRun } from './context/recall-for-run.ts';
import { createRecall } from './context/recall/recall.ts';
import { rewritePrompts } from './context/rewrite-prompt.ts';
import { summarizeDropped } from './context/summarize-dropped.ts';
import { createTokenCounting } from './context/tokens/token-counting.ts';
import type { PerfContext, PerfContextDeps } from './perf-context.ts';
import { modelName } from './pipeline/model-name.ts';

/** All that is done to prompts, with what that needs. Loaded by perf-context.ts when the first prompt comes. */
export function createContextParts({
  settingsOf,
  windowOf,
  clock,
  events,
  fault,
}: PerfContextDeps): PerfContext {
  const counting = createTokenCounting({ fault });
  const recall = createRecall({ clock, fault });
  const summaryOf = summarizeDropped({ clock, fault });
  return {
    window: contextWindow({
      settingsOf,
      counting,
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
    async ready(models) {
      await Promise.all(models.map((model) => counting.load(model)));
    },
    async idle() {
      await Promise.all([recall.idle(), summaryOf.idle()]);
    },
  };
}
