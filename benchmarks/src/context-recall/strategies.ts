import { createPostings, terms } from '../inside-mastra-perf.ts';
import { spoken, type Conversation, type SpokenMessage } from './conversations.ts';
import type { Asked } from './embedded.ts';

/** The places of the messages that go into a prompt of so many tokens. */
export type Choose = (question: Asked, budget: number) => readonly number[];

export interface Strategy {
  readonly name: string;
  prepare(conversation: Conversation, vectors: readonly Float32Array[]): Choose;
}

const RECENT_SHARE = 0.25;
const RRF = 60;

function cosines(vectors: readonly Float32Array[], question: Float32Array): Float64Array {
  const norm = Math.sqrt(dot(question, question));
  return Float64Array.from(
    vectors,
    (vector) => dot(vector, question) / (Math.sqrt(dot(vector, vector)) * norm),
  );
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

function bm25(messages: readonly SpokenMessage[]): (question: string) => Float64Array {
  const postings = createPostings();
  for (const [place, message] of messages.entries()) postings.add(place, terms(spoken(message)));
  return (question) => postings.coverage(terms(question), messages.length);
}

const byScore = (scores: Float64Array): number[] =>
  [...scores.keys()].toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || b - a);

function fused(...all: readonly Float64Array[]): Float64Array {
  const scores = new Float64Array(all[0]?.length ?? 0);
  for (const one of all)
    for (const [rank, place] of byScore(one).entries())
      scores[place] = (scores[place] ?? 0) + 1 / (RRF + 1 + rank);
  return scores;
}

/** Takes what still fits, in this order. */
function filled(
  messages: readonly SpokenMessage[],
  order: readonly number[],
  budget: number,
  kept: readonly number[],
) {
  const all = new Set(kept);
  let left = budget - kept.reduce((sum, place) => sum + (messages[place]?.tokens ?? 0), 0);
  for (const place of order) {
    const tokens = messages[place]?.tokens ?? 0;
    if (all.has(place) || tokens > left) continue;
    all.add(place);
    left -= tokens;
  }
  return [...all];
}

function recent(messages: readonly SpokenMessage[], budget: number): number[] {
  const places: number[] = [];
  let used = 0;
  for (let place = messages.length - 1; place >= 0; place--) {
    used += messages[place]?.tokens ?? 0;
    if (used > budget) break;
    places.push(place);
  }
  return places;
}

/** Plain code that is compared with: none of it is in a package of ours. */
export const strategies: readonly Strategy[] = [
  {
    name: 'most recent only',
    prepare:
      ({ messages }) =>
      (_, budget) =>
        recent(messages, budget),
  },
  {
    name: '5 recent + 3 most similar',
    prepare: ({ messages }, vectors) => {
      const last = [...messages.keys()].slice(-5);
      return ({ vector }) => [...new Set([...byScore(cosines(vectors, vector)).slice(0, 3), ...last])];
    },
  },
  {
    name: 'BM25',
    prepare: ({ messages }) => {
      const score = bm25(messages);
      return ({ text }, budget) => filled(messages, byScore(score(text)), budget, []);
    },
  },
  {
    name: 'recent 25 % + rank fusion of similarity and BM25',
    prepare: ({ messages }, vectors) => {
      const score = bm25(messages);
      return ({ text, vector }, budget) => {
        const order = byScore(fused(score(text), cosines(vectors, vector)));
        return filled(messages, order, budget, recent(messages, budget * RECENT_SHARE));
      };
    },
  },
];
