import { fill } from './fill.ts';
import type { RecallIndex, RecallQuestion } from './recall-index.ts';
import { relevance, type Relevance } from './relevance.ts';

export interface Selectable {
  readonly id: string;
  /** What it takes of the budget. */
  readonly tokens: number;
}

export interface SelectOptions {
  /** Holds the messages; of one that it does not hold only the place counts. */
  readonly index: RecallIndex;
  /** Oldest first. */
  readonly messages: readonly Selectable[];
  readonly question: RecallQuestion;
  /** Tokens for all that is kept, the last messages included. */
  readonly budget: number;
  /** The newest messages, so many, are kept before anything is recalled. */
  readonly keepLast: number;
}

/** `last`: among the newest. The others name what counted most; `nearby` is what the messages around it match. */
export type Why = 'last' | 'words' | 'meaning' | 'speaker' | 'nearby';

export interface Kept {
  readonly id: string;
  readonly why: Why;
  /** Missing for the last messages: they are kept unasked. */
  readonly relevance?: Relevance;
}

export interface Selection {
  /** In the order of the messages. */
  readonly kept: readonly Kept[];
  readonly tokens: number;
}

/**
 * Which messages of a thread go into a prompt: the last ones, and of the others those that have most to do with the question.
 * The same input always gives the same answer, and a larger budget keeps all that a smaller one keeps. Where the last messages alone
 * do not fit, the newest of them that do are kept, and nothing is recalled.
 */
export function select({ index, messages, question, budget, keepLast }: SelectOptions): Selection {
  const tokens = messages.map((message) => message.tokens);
  const first = Math.max(0, messages.length - keepLast);
  const last = newest(tokens, first, budget);
  if (last.from > first || first === 0) return selection(messages, last.from, new Map());
  const scores = relevance(index.match(question, messages));
  const places: number[] = [];
  for (let place = 0; place < first; place++) if ((scores.totals[place] ?? 0) > 0) places.push(place);
  const recalled = fill(scores.totals, tokens, places, budget - last.tokens);
  return selection(messages, first, new Map([...recalled].map((place) => [place, scores.at(place)])));
}

/** The newest messages, from `first` on, that fit: without a gap. */
function newest(tokens: readonly number[], first: number, budget: number): { from: number; tokens: number } {
  let from = tokens.length;
  let used = 0;
  while (from > first && used + (tokens[from - 1] ?? 0) <= budget) used += tokens[--from] ?? 0;
  return { from, tokens: used };
}

function selection(
  messages: readonly Selectable[],
  last: number,
  recalled: ReadonlyMap<number, Relevance>,
): Selection {
  const kept: Kept[] = [];
  let tokens = 0;
  const keep = (place: number, parts?: Relevance): void => {
    const message = messages[place];
    if (!message) return;
    tokens += message.tokens;
    kept.push(
      parts ? { id: message.id, why: strongest(parts), relevance: parts } : { id: message.id, why: 'last' },
    );
  };
  for (const place of [...recalled.keys()].toSorted((a, b) => a - b)) keep(place, recalled.get(place));
  for (let place = last; place < messages.length; place++) keep(place);
  return { kept, tokens };
}

function strongest(parts: Relevance): Why {
  const names = ['words', 'meaning', 'speaker', 'nearby'] as const;
  return names.reduce((best, name) => (parts[name] > parts[best] ? name : best));
}
