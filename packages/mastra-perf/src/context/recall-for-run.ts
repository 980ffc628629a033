import type { PromptMessage } from '../pipeline/call.ts';
import type { Conversation } from '../pipeline/conversation.ts';
import type { RecallOptions } from './options.ts';
import { questionPlace, textsOf } from './recall/prompt-texts.ts';
import type { Recall, Recalled } from './recall/recall.ts';
import type { TokenCounter } from './tokens/token-counting.ts';

export interface RunQuestion {
  readonly conversation: Conversation;
  readonly prompt: readonly PromptMessage[];
  readonly options: RecallOptions;
  /** Tokens for what is recalled. */
  readonly room: number;
  readonly counter: TokenCounter;
  readonly signal?: AbortSignal | undefined;
}

/** What is recalled for the newest question of a prompt, if it fits into the room. */
export type RecallForRun = (question: RunQuestion) => Promise<Recalled | undefined>;

/** All calls of a run get the same for one question, so that its steps begin alike. */
export function recallForRun({ recall }: Pick<Recall, 'recall'>): RecallForRun {
  const ofRun = new WeakMap<Conversation, { readonly question: string; readonly recalled?: Recalled }>();
  return async ({ conversation, prompt, options, room, counter, signal }) => {
    const { scope = 'thread', fill = 'relevant' } = options;
    const question = questionOf(prompt);
    const known = ofRun.get(conversation);
    if (known?.question === question)
      return known.recalled && known.recalled.tokens <= room ? known.recalled : undefined;
    const recalled = await recall({
      conversation,
      prompt,
      room,
      reach: scope,
      fillsRoom: fill === 'all',
      tokensOf: (text) => counter.text(text).tokens,
      signal,
    });
    ofRun.set(conversation, { question, ...(recalled && { recalled }) });
    return recalled;
  };
}

const questionOf = (prompt: readonly PromptMessage[]): string => {
  const message = prompt[questionPlace(prompt)];
  return message ? textsOf(message).join('\n') : '';
};
