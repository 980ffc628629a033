import * as z from 'zod/mini';
import type { Duration } from '../base/duration.ts';
import { duration, flag, name, options, positiveInteger } from '../base/schema.ts';

/** A question that is asked before the first user asks it. */
export interface WarmUpQuestion {
  /** Key or id of the agent. */
  readonly agent: string;
  /** As a user would ask it. */
  readonly question: string;
  /** Whose answers it is among. @default none: those of callers without a resource id */
  readonly resource?: string;
  /** Asks the model where no answer is stored, which is then billed and stored as any other. @default false */
  readonly ask?: boolean;
}

/** Options of `perf.warmup()`. */
export interface WarmUpOptions {
  /**
   * How long all of it may take. The clock starts with the call; what is not done by then goes on beside, but for requests.
   * @default '3s'
   */
  readonly timeout?: Duration;
  /**
   * Connections that are opened to each storage of Mastra.
   * @default 2
   */
  readonly connections?: number;
  /**
   * Connects to the providers of the agents' models by a request that asks no model. `false` does not, a list names their addresses, for
   * models that do not tell theirs.
   * @default true
   */
  readonly transport?: boolean | readonly string[];
  /**
   * Asks each agent's model for one word, which costs some 20 tokens each.
   * @default false
   */
  readonly tokens?: boolean;
  /**
   * Has an agent of its own with a model of its own answer once in memory, so that the code is loaded and compiled.
   * @default true
   */
  readonly rehearsal?: boolean;
  /**
   * How many of the answers that are given most often are read from the store into memory, at most 500; `false` is none.
   * @default 200
   */
  readonly preload?: number | false;
  /** Asked through their agents; their answers come into memory from the store. At most 50. */
  readonly questions?: readonly WarmUpQuestion[];
  /** Work of your own, by its name in the report. */
  readonly also?: Readonly<Record<string, () => PromiseLike<unknown>>>;
}

export interface WarmUpSettings {
  readonly timeout: number;
  readonly connections: number;
  readonly transport: boolean | readonly string[];
  readonly tokens: boolean;
  readonly rehearsal: boolean;
  readonly preload: number | false;
  readonly questions: readonly WarmUpQuestion[];
  readonly also: Readonly<Record<string, () => PromiseLike<unknown>>>;
}

const MAX_QUESTIONS = 50;

const isAddress = (value: unknown): boolean =>
  typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? '');

const question = () =>
  options(() => ({
    agent: name(),
    question: z.custom<string>((value) => typeof value === 'string' && value.trim() !== '', {
      error: 'a text that is not empty',
    }),
    resource: z.optional(name()),
    ask: z.optional(flag()),
  }));

const questionsError = `an array of at most ${MAX_QUESTIONS} questions`;

export const warmUpSchema = options(() => ({
  timeout: z.optional(duration('5m')),
  connections: z.optional(positiveInteger(100)),
  transport: z.optional(
    z.custom<boolean | readonly string[]>(
      (value) => typeof value === 'boolean' || (Array.isArray(value) && value.every(isAddress)),
      { error: 'true, false or an array of http(s) addresses' },
    ),
  ),
  tokens: z.optional(flag()),
  rehearsal: z.optional(flag()),
  preload: z.optional(
    z.custom<number | false>(
      (value) =>
        value === false || (Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= 500),
      { error: 'a whole number from 1 to 500, or false' },
    ),
  ),
  questions: z.optional(
    z
      .array(question(), { error: questionsError })
      .check(z.maxLength(MAX_QUESTIONS, { error: questionsError })),
  ),
  also: z.optional(
    z.record(
      name(),
      z.custom<() => PromiseLike<unknown>>((value) => typeof value === 'function', { error: 'a function' }),
      { error: 'an object of functions' },
    ),
  ),
}));

export const WARM_UP_DEFAULTS: WarmUpSettings = {
  timeout: 3_000,
  connections: 2,
  transport: true,
  tokens: false,
  rehearsal: true,
  preload: 200,
  questions: [],
  also: {},
};
