import type { ContextFacts, ModelCall, PromptMessage } from '../pipeline/call.ts';
import type { Conversation } from '../pipeline/conversation.ts';
import type { ContextSettings, RecallOptions } from './options.ts';
import { textsOf, questionPlace } from './recall/prompt-texts.ts';
import type { Recall, Recalled } from './recall/recall.ts';
import { newWork } from './tokens/text-counts.ts';
import type { TokenCounter } from './tokens/token-counting.ts';
import { countPrompt } from './window/count-prompt.ts';
import { fit } from './window/fit.ts';
import { keepingLast } from './window/keeping-last.ts';
import { promptBudget } from './window/prompt-budget.ts';
import { withText } from './with-text.ts';

export interface RewriteDeps {
  readonly recall: Recall;
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
const LAST_TURNS = 3;

export function rewritePrompts({ recall, windowOf }: RewriteDeps): RewritePrompt {
  /** What was recalled for the question of a run: all its calls get the same, so that they begin alike. */
  const ofRun = new WeakMap<Conversation, { readonly question: string; readonly recalled?: Recalled }>();

  async function recalledFor(
    conversation: Conversation,
    prompt: readonly PromptMessage[],
    options: RecallOptions,
    room: number,
    counter: TokenCounter,
  ): Promise<Recalled | undefined> {
    const question = questionOf(prompt);
    const known = ofRun.get(conversation);
    if (known?.question === question)
      return known.recalled && known.recalled.tokens <= room ? known.recalled : undefined;
    const { scope = 'thread', fill = 'relevant' } = options;
    const recalled = await recall.recall({
      conversation,
      prompt,
      room,
      reach: scope,
      fillsRoom: fill === 'all',
      tokensOf: (text) => counter.text(text).tokens,
    });
    ofRun.set(conversation, { question, ...(recalled && { recalled }) });
    return recalled;
  }

  return async ({ request, model, caller, conversation: find }, settings, counter) => {
    const { prompt } = request;
    const options = recallOptions(settings);
    // What is not an answer, such as the title of a thread, asks for no memories.
    const conversation = options && !caller.cause ? find?.() : undefined;
    const budgetFor = {
      settings,
      window: await windowOf(model.provider, model.modelId),
      maxOutputTokens: numberIn(request.maxOutputTokens),
    };
    const most = promptBudget({ ...budgetFor, isExact: true });
    if (most === undefined && !conversation) return undefined;

    const work = newWork();
    const besides = counter.besides(request, work);
    const counted = countPrompt({
      prompt,
      counter,
      work,
      limit: (most ?? Number.POSITIVE_INFINITY) - besides.tokens,
      keepFirst: settings.keepFirst ?? 0,
    });
    const budget = promptBudget({ ...budgetFor, isExact: besides.exact && counted.exact });
    const room = Math.max(1, (budget ?? Number.POSITIVE_INFINITY) - besides.tokens);
    const forRecall = Math.min(options?.maxTokens ?? RECALLED, room * RECALLED_SHARE);
    const [units, share] = conversation
      ? [keepingLast(counted.units, LAST_TURNS, room), room - forRecall]
      : [counted.units, room];
    const { dropped, tokens } = fit(units, share, settings.trim ?? 'block');
    const left =
      dropped.size === 0
        ? prompt
        : units.flatMap(({ from, to }, place) => (dropped.has(place) ? [] : prompt.slice(from, to)));
    const recalled =
      conversation &&
      options &&
      (await recalledFor(
        conversation,
        left,
        options,
        Math.floor(Math.min(room - tokens, forRecall)),
        counter,
      ));
    const after = besides.tokens + tokens + (recalled?.tokens ?? 0);
    const isTooLong = budget !== undefined && after > budget;
    if (dropped.size === 0 && !recalled && !isTooLong) return undefined;
    return {
      prompt: recalled ? withText(left, questionPlace(left), recalled.text) : left,
      facts: {
        tokensBefore: besides.tokens + counted.tokens,
        tokensAfter: after,
        ...(budget !== undefined && { budget }),
        keptMessages: left.length,
        droppedMessages: prompt.length - left.length,
        ...(recalled && { recalled: { tokens: recalled.tokens, messages: recalled.messages } }),
        isTooLong,
      },
    };
  };
}

const recallOptions = ({ recall = false }: ContextSettings): RecallOptions | undefined =>
  recall === false ? undefined : recall === true ? {} : recall;

const questionOf = (prompt: readonly PromptMessage[]): string => {
  const message = prompt[questionPlace(prompt)];
  return message ? textsOf(message).join('\n') : '';
};

const numberIn = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
