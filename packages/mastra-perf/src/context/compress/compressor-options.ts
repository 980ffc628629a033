import * as z from 'zod/mini';
import type { ByteSize } from '../../base/byte-size.ts';
import type { Duration } from '../../base/duration.ts';
import { byteSize, duration, flag, options, positiveInteger } from '../../base/schema.ts';
import type { ModelReference } from '../tokens/counted-model.ts';
import type { RejectReason } from './compression-stats.ts';
import { askSummarizer, type Summarizer } from './summarizer.ts';

export interface PromptCompressorOptions {
  /**
   * What shortens texts: an agent of Mastra, a language model of AI SDK, or a function, for anything else that does (LLMLingua). A
   * function gets the text as it is; agents and models are told that it is data.
   */
  readonly summarizer: Summarizer;
  /**
   * Of which model tokens are counted: the one that will read the texts.
   * @default 'openai/gpt-5-mini'
   */
  readonly model?: ModelReference;
  /** What must still be in a text that was shortened. */
  readonly keep?: {
    /**
     * Numbers, dates and ids of the text are in the answer, and no others; else the text stays as it is.
     * @default false
     */
    readonly numbers?: boolean;
    /**
     * Fenced blocks of code stay letter by letter: the summarizer does not see them.
     * @default false
     */
    readonly code?: boolean;
  };
  /**
   * How long a text may take, a second try included. The clock starts when the summarizer is asked.
   * @default '30s'
   */
  readonly timeout?: Duration;
  /**
   * Shortened texts that are remembered.
   * @default 500
   */
  readonly maxEntries?: number;
  /**
   * Memory for them.
   * @default '8mb'
   */
  readonly maxBytes?: ByteSize;
  /** Told of errors of the summarizer, and of what `onReject` throws. */
  readonly fault?: (where: string, error: unknown) => void;
  /** Told of each text that stays as it is because of its summarizer. */
  readonly onReject?: (rejection: Rejection) => void;
}

/** Sizes only, never what a text says. */
export interface Rejection {
  readonly reason: RejectReason;
  readonly tokens: number;
  readonly maxTokens: number;
}

const callback = <F extends (...given: never[]) => void>() =>
  z.custom<F>((value) => typeof value === 'function', { error: 'a function' });

const modelReference = () =>
  z.custom<ModelReference>(
    (value) =>
      (typeof value === 'string' && value !== '') ||
      (typeof value === 'object' &&
        value !== null &&
        'modelId' in value &&
        typeof value.modelId === 'string'),
    { error: "'provider/model' or { provider, modelId }" },
  );

export const compressorSchema = options(() => ({
  summarizer: z.custom<Summarizer>((value) => askSummarizer(value) !== undefined, {
    error: 'an agent with generate(), a language model with doGenerate(), or a function',
  }),
  model: z.optional(modelReference()),
  keep: z.optional(options(() => ({ numbers: z.optional(flag()), code: z.optional(flag()) }))),
  timeout: z.optional(duration('1h')),
  maxEntries: z.optional(positiveInteger(1_000_000)),
  maxBytes: z.optional(byteSize()),
  fault: z.optional(callback<NonNullable<PromptCompressorOptions['fault']>>()),
  onReject: z.optional(callback<NonNullable<PromptCompressorOptions['onReject']>>()),
}));
