import type { PromptMessage } from '../../pipeline/call.ts';
import type { Work } from '../tokens/text-counts.ts';
import type { TokenCount, TokenCounter } from '../tokens/token-counting.ts';
import { lengthOf } from './length-of.ts';
import { markOf } from './mark.ts';
import { turnsOf, type Turn, type Unit } from './units.ts';

export interface PromptToCount {
  readonly prompt: readonly PromptMessage[];
  readonly counter: Pick<TokenCounter, 'message'>;
  /** What is left of it after tools were counted. */
  readonly work: Work;
  /** Tokens that the messages may have at most: behind that, they are told from their length. */
  readonly limit: number;
  /** Turns at the beginning that are never dropped. */
  readonly keepFirst: number;
}

export interface CountedPrompt extends TokenCount {
  readonly units: readonly Unit[];
  /** Of all messages; where it is above the limit, about. */
  readonly tokens: number;
  /** Of those that may stay. */
  readonly exact: boolean;
}

/** About what English has; where nothing was counted. */
const TOKENS_PER_CHARACTER = 0.25;
/** What no text has. */
const MOST_PER_CHARACTER = 3;

/**
 * Counts the messages of a prompt: first those that stay in any case, then from the newest back, for as long as they may stay. What
 * it takes depends on the limit and hardly on the length of the prompt, of which every message is looked at once.
 */
export function countPrompt({ prompt, counter, work, limit, keepFirst }: PromptToCount): CountedPrompt {
  const turns = turnsOf(prompt, keepFirst);
  const units: Unit[] = [];
  let [tokens, exact, counted, length] = [0, true, 0, 0];

  const count = (place: number, { from, to, fixed }: Turn): void => {
    let own = 0;
    for (let index = to - 1; index >= from; index--) {
      const message = prompt[index];
      const told = counter.message(message, work);
      exact &&= told.exact;
      own += told.tokens;
      const long = lengthOf(message);
      // A file has tokens, and no length.
      if (told.tokens > MOST_PER_CHARACTER * long) continue;
      counted += told.tokens;
      length += long;
    }
    tokens += own;
    units[place] = { from, to, fixed, tokens: own, mark: fixed ? 0 : markOf(prompt, from, to) };
  };
  const measure = (place: number, { from, to, fixed }: Turn, mayStay: boolean): void => {
    let own = 0;
    for (let index = from; index < to; index++) own += lengthOf(prompt[index]);
    own = Math.ceil(own * (length > 0 ? counted / length : TOKENS_PER_CHARACTER));
    exact &&= !mayStay;
    tokens += own;
    units[place] = { from, to, fixed, tokens: own, mark: mayStay ? markOf(prompt, from, to) : 0 };
  };

  const newestFirst = turns.map((_, index) => turns.length - 1 - index);
  for (const place of newestFirst) {
    const turn = turns[place];
    if (turn?.fixed) count(place, turn);
  }
  for (const place of newestFirst) {
    const turn = turns[place];
    if (!turn || turn.fixed) continue;
    if (tokens <= limit && work.texts > 0) count(place, turn);
    else measure(place, turn, tokens <= limit);
  }
  return { units, tokens, exact };
}
