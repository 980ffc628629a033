import * as z from 'zod/mini';
import { feature, oneOf, options, positiveInteger } from '../base/schema.ts';
import type { Reach } from '../pipeline/conversation.ts';
import { askSummarizer, type Summarizer } from './compress/summarizer.ts';
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
   * `'block'` leaves out up to two fifths of the budget at a time, so that prompts begin alike for many turns and a provider's prompt
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
  /**
   * Puts what was said earlier and belongs to the question in front of it: from the thread of the agent's memory, or from all threads of
   * the resource. The window then has a quarter of `maxTokens`, or what `recall.maxTokens` leaves of it, the last five turns at least.
   * @default false
   */
  readonly recall?: boolean | RecallOptions;
  /**
   * Lets the provider's prompt cache serve what prompts have in common: sets the markers of Anthropic, the cache key of OpenAI, and the
   * order of tools. What you set yourself stays.
   * @default false
   */
  readonly promptCache?: 'auto' | false;
  /**
   * Makes what tools have told in earlier turns shorter, and puts a summary in the place of what is left out.
   * @default false
   */
  readonly compress?: boolean | CompressionOptions;
}

export interface CompressionOptions {
  /**
   * Longest result of a tool, in tokens: JSON is cut by its structure, other texts in the middle, with a marker of what is left out. A result
   * that was there before is only named. Those that answer the newest question stay whole, and errors.
   * @default 1000
   */
  readonly toolResults?: number | false;
  /**
   * Sums up what the window leaves out of a thread: an agent, a language model or a function. No call waits for it: a call gets the newest
   * summary that is ready.
   * @default none
   */
  readonly summarizer?: Summarizer;
  /**
   * Longest summary, in tokens.
   * @default 500
   */
  readonly summaryTokens?: number;
}

/** What is recalled of the stored conversation. Texts are compared by words and, where the memory has an embedding model, by meaning. */
export interface RecallOptions {
  /**
   * Where it is looked for: in this thread, or in all threads of the resource.
   * @default 'thread'
   */
  readonly scope?: Reach;
  /**
   * Most tokens that are recalled; less where the window leaves less.
   * @default 8000
   */
  readonly maxTokens?: number;
  /**
   * `'relevant'` recalls what clearly has to do with the question: small talk recalls little, and costs little; `'all'` recalls until
   * the room is full, and finds the most.
   * @default 'relevant'
   */
  readonly fill?: 'relevant' | 'all';
}

export type ContextSettings = ContextWindowOptions;

const wholeFromZero = (max: number) =>
  z.custom<number>(
    (value) => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max,
    {
      error: `a whole number from 0 to ${max}`,
    },
  );

const compressionSchema = options(() => ({
  toolResults: z.optional(
    z.union([z.custom<false>((value) => value === false), positiveInteger(1_000_000)], {
      error: 'false or a whole number of tokens, from 1',
    }),
  ),
  summarizer: z.optional(
    z.custom<Summarizer>((value) => askSummarizer(value) !== undefined, {
      error: 'an agent, a language model or a function',
    }),
  ),
  summaryTokens: z.optional(positiveInteger(100_000)),
}));

const recallSchema = options(() => ({
  scope: z.optional(oneOf('thread', 'resource')),
  maxTokens: z.optional(positiveInteger(10_000_000)),
  fill: z.optional(oneOf('relevant', 'all')),
}));

export const contextSchema = options(() => ({
  maxTokens: z.optional(
    z.union([oneOf('auto'), positiveInteger(100_000_000)], {
      error: "'auto' or a whole number of tokens, from 1",
    }),
  ),
  reserveOutput: z.optional(positiveInteger(10_000_000)),
  trim: z.optional(oneOf('block', 'slide')),
  keepFirst: z.optional(wholeFromZero(1000)),
  onOverflow: z.optional(oneOf('send', 'error')),
  recall: z.optional(feature(recallSchema)),
  compress: z.optional(feature(compressionSchema)),
  promptCache: z.optional(
    z.custom<'auto' | false>((value) => value === 'auto' || value === false, { error: "'auto' or false" }),
  ),
}));
