import type { ContextFacts, ModelCall, PromptMessage } from '../pipeline/call.ts';
import { compactResults } from './compact-results.ts';
import type { ContextSettings } from './options.ts';
import type { RecallForRun } from './recall-for-run.ts';
import { questionPlace } from './recall/prompt-texts.ts';
import type { SummarizeDropped } from './summarize-dropped.ts';
import { newWork } from './tokens/text-counts.ts';
import type { TokenCounter } from './tokens/token-counting.ts';
import { countPrompt } from './window/count-prompt.ts';
import { fit } from './window/fit.ts';
import { keepingLast } from './window/keeping-last.ts';
import { promptBudget } from './window/prompt-budget.ts';
import { withText } from './with-text.ts';

export interface RewriteDeps {
  readonly recalledFor: RecallForRun;
  readonly summaryOf: SummarizeDropped;
  /** Tokens that a model takes, its answer included. */
  readonly windowOf: (provider: string, modelId: string) => Promise<number | undefined>;
}

export interface Rewritten {
  readonly prompt: readonly PromptMessage[];
  readonly facts: ContextFacts;
}

/** Makes prompts fit; `undefined` where one stays as it is. */
export type RewritePrompt = (
  call: ModelCall,
  settings: ContextSettings,
  counter: TokenCounter,
) => Promise<Rewritten | undefined>;

const RECALLED = 8000;
/** Of a prompt with what is recalled; the rest is the window. */
const RECALLED_SHARE = 0.75;
/** What was said just before is not looked for by what it has to do with the question. */
const LAST_TURNS = 5;

/**
 * In this order: results of tools are cut, what does not fit is left out, a summary stands for it, what belongs to the question is
 * recalled. What comes later sees what is left by what was before.
 */
export function rewritePrompts({ recalledFor, summaryOf, windowOf }: RewriteDeps): RewritePrompt {
  const compact = compactResults();
  return async (call, settings, counter) => {
    const { request, model } = call;
    const recallOptions = optionsIn(settings.recall);
    // What is not an answer, such as the title of a thread, asks for no memories.
    const conversation = recallOptions && !call.caller.cause ? call.conversation?.() : undefined;
    const budgetFor = {
      settings,
      window: await windowOf(model.provider, model.modelId),
      maxOutputTokens: numberIn(request.maxOutputTokens),
    };
    const most = promptBudget({ ...budgetFor, isExact: true });
    const compression = optionsIn(settings.compress);
    if (most === undefined && !conversation && !compression) return undefined;

    const work = newWork();
    const besides = counter.besides(request, work);
    const tokensOf = (message: PromptMessage): number => counter.message(message, work).tokens;
    const cut = compact.cut(request.prompt, compression, model, tokensOf);
    const { prompt } = cut;
    const counted = countPrompt({
      prompt,
      counter,
      work,
      limit: (most ?? Number.POSITIVE_INFINITY) - besides.tokens,
      keepFirst: settings.keepFirst ?? 0,
    });
    const budget = promptBudget({ ...budgetFor, isExact: besides.exact && counted.exact });
    const room = Math.max(1, (budget ?? Number.POSITIVE_INFINITY) - besides.tokens);
    const forRecall = conversation
      ? Math.min(recallOptions?.maxTokens ?? RECALLED, room * RECALLED_SHARE)
      : 0;
    const units = conversation ? keepingLast(counted.units, LAST_TURNS, room) : counted.units;
    const forSummary = counted.tokens > room - forRecall ? summaryOf.roomFor(call, compression) : 0;
    const share = Math.max(1, room - forRecall - forSummary);
    const { dropped, tokens: fitted } = fit(units, share, settings.trim ?? 'block');
    const messagesOf = (isDropped: boolean): readonly PromptMessage[] =>
      units.flatMap(({ from, to }, place) =>
        dropped.has(place) === isDropped ? prompt.slice(from, to) : [],
      );
    const left = dropped.size === 0 ? prompt : messagesOf(false);

    const repeated = compact.dropRepeated(left, compression, model, tokensOf);
    let tokens = fitted - repeated.saved;
    const summary =
      forSummary > 0 ? summaryOf(call, compression, messagesOf(true), room - tokens, counter) : undefined;
    tokens += summary?.tokens ?? 0;
    const recallRoom = Math.floor(Math.min(room - tokens, recallOptions?.maxTokens ?? RECALLED));
    const recalled =
      conversation && recallOptions
        ? await recalledFor({
            conversation,
            prompt: repeated.prompt,
            options: recallOptions,
            room: recallRoom,
            counter,
            signal: request.abortSignal,
          })
        : undefined;
    tokens += recalled?.tokens ?? 0;

    const cutResults = cut.results + repeated.results;
    const after = besides.tokens + tokens;
    const isTooLong = budget !== undefined && after > budget;
    if (dropped.size === 0 && cutResults === 0 && !recalled && !isTooLong) return undefined;
    const asked = recalled ? withText(repeated.prompt, questionPlace(left), recalled.text) : repeated.prompt;
    return {
      prompt: summary ? summary.into(asked) : asked,
      facts: {
        tokensBefore: besides.tokens + counted.tokens + cut.saved,
        tokensAfter: after,
        ...(budget !== undefined && { budget }),
        keptMessages: left.length,
        droppedMessages: prompt.length - left.length,
        ...(cutResults > 0 && { cutResults }),
        ...(summary && { summary: { tokens: summary.tokens, messages: summary.messages } }),
        ...(recalled && { recalled: { tokens: recalled.tokens, messages: recalled.messages } }),
        isTooLong,
      },
    };
  };
}

/** `true` is all defaults. */
function optionsIn<T extends object>(given: boolean | T | undefined): T | undefined {
  if (given === undefined || given === false) return undefined;
  return given === true ? ({} as T) : given;
}

const numberIn = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
