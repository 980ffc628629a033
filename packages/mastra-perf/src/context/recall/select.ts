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
  /** Whether the message of this place is in the prompt anyway: it is not selected, but its neighbours profit from it. */
  readonly isInPrompt: (place: number) => boolean;
  readonly question: RecallQuestion;
  readonly budget: number;
  /** Relevance from which on a message is selected; 0 or less selects whatever has anything to do with the question. */
  readonly least: number;
}

/** What counted most; `nearby` is what the messages around it match. */
export type Why = 'words' | 'meaning' | 'speaker' | 'nearby';

export interface Selected {
  readonly id: string;
  readonly tokens: number;
  readonly why: Why;
  readonly relevance: Relevance;
}

/**
 * The messages of a thread that have most to do with a question, in the order of the thread. The same input always gives the same
 * answer, and a larger budget keeps all that a smaller one keeps.
 */
export function select(options: SelectOptions): readonly Selected[] {
  const { index, messages, isInPrompt, question, budget, least } = options;
  const scores = relevance(index.match(question, messages));
  const { totals } = scores;
  const places = new Int32Array(messages.length);
  let count = 0;
  for (let place = 0; place < messages.length; place++) {
    const total = totals[place] ?? 0;
    if (total > 0 && total >= least) places[count++] = place;
  }
  const selected = fill({
    scores: totals,
    places: places.subarray(0, count),
    tokensOf: (place) => (isInPrompt(place) ? Number.NaN : (messages[place]?.tokens ?? Number.NaN)),
    budget,
  });
  return [...selected]
    .toSorted((a, b) => a - b)
    .flatMap((place) => {
      const message = messages[place];
      const parts = scores.at(place);
      return message ? [{ ...message, why: strongest(parts), relevance: parts }] : [];
    });
}

function strongest(parts: Relevance): Why {
  const names = ['words', 'meaning', 'speaker', 'nearby'] as const;
  return names.reduce((best, name) => (parts[name] > parts[best] ? name : best));
}
