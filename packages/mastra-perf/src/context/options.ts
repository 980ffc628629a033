import * as z from 'zod/mini';
import { oneOf, options, positiveInteger } from '../base/schema.ts';
import type { Trim } from './window/fit.ts';

/** Prompts that fit. What is left out is left out of one call to the model, never of what is stored. */
export interface ContextWindowOptions {
  /**
   * Longest prompt, in tokens. `'auto'` is what the model takes, less what its answer may need; nothing is left out of a model of
   * which that is not known. A number holds beside it: the smaller one counts.
   * @default 'auto'
   */
  readonly maxTokens?: 'auto' | number;
  /**
   * Tokens of the model's window that are left to the answer, where the call has no `maxOutputTokens`.
   * @default 8192, or a quarter of a small window
   */
  readonly reserveOutput?: number;
  /**
   * `'block'` leaves out a sixth to a third of the budget at a time, so that prompts begin alike for many turns and a provider's prompt
   * cache serves them; `'slide'` no more than it must, which begins differently at every turn.
   * @default 'block'
   */
  readonly trim?: Trim;
  /**
   * Turns at the beginning of a conversation that are never left out.
   * @default 0
   */
  readonly keepFirst?: number;
  /**
   * When the question alone, with system messages and what its tools have told, is too long: `'send'` it as it is, since the count
   * may be an estimate, or fail with a `PerfError` with code `MASTRA_PERF_CONTEXT_OVERFLOW`.
   * @default 'send'
   */
  readonly onOverflow?: 'send' | 'error';
}

export type ContextSettings = ContextWindowOptions;

const wholeFromZero = (max: number) =>
  z.custom<number>(
    (value) => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max,
    {
      error: `a whole number from 0 to ${max}`,
    },
  );

export const contextSchema = options({
  maxTokens: z.optional(
    z.union([oneOf('auto'), positiveInteger(100_000_000)], {
      error: "'auto' or a whole number of tokens, from 1",
    }),
  ),
  reserveOutput: z.optional(positiveInteger(10_000_000)),
  trim: z.optional(oneOf('block', 'slide')),
  keepFirst: z.optional(wholeFromZero(1000)),
  onOverflow: z.optional(oneOf('send', 'error')),
});
