import { partsOf, type ExactCount, type SentMessage } from './o200k.ts';

/** Rules of a provider that caches prompts by what they begin with: least and steps in tokens, and what of the price is left. */
const LEAST = 1024;
const STEP = 128;
const PRICE = 0.1;

/** A part of a prompt that is the same or not, as a whole. */
export interface PromptPiece {
  readonly key: string;
  readonly tokens: number;
}

export interface BilledSum {
  calls: number;
  tokens: number;
  cached: number;
}

export const nothingBilled = (): BilledSum => ({ calls: 0, tokens: 0, cached: 0 });

export function addBilled(sum: BilledSum, other: BilledSum): void {
  for (const what of Object.keys(sum) as (keyof BilledSum)[]) sum[what] += other[what];
}

/** Counts the calls of one conversation: what begins like the prompt before it is cached. */
export function providerCache(sum: BilledSum): (prompt: readonly PromptPiece[]) => void {
  let previous: readonly PromptPiece[] = [];
  return (prompt) => {
    let same = 0;
    for (const [place, { key, tokens }] of prompt.entries()) {
      if (previous[place]?.key !== key) break;
      same += tokens;
    }
    sum.calls++;
    sum.tokens += prompt.reduce((all, { tokens }) => all + tokens, 0);
    sum.cached += same >= LEAST ? Math.floor(same / STEP) * STEP : 0;
    previous = prompt;
  };
}

export const billed = ({ tokens, cached }: BilledSum): number => tokens - cached + PRICE * cached;

export const piecesOf = (prompt: readonly SentMessage[], count: ExactCount): readonly PromptPiece[] =>
  prompt.map((message) => ({
    key: JSON.stringify([message.role, ...partsOf(message)]),
    tokens: count.message(message),
  }));
