import * as z from 'zod/mini';
import type { ByteSize } from '../base/byte-size.ts';
import type { Duration } from '../base/duration.ts';
import { byteSize, duration, feature, flag, oneOf, options, positiveInteger } from '../base/schema.ts';
import type { EmbedderLike } from '../pipeline/embedder-proxy.ts';
import type { Guard } from './guards/guard.ts';
import type { SemanticVectorStore } from './index/vector-store-index.ts';

export type Guards = readonly Guard[] | ((defaults: readonly Guard[]) => readonly Guard[]);

/** Whether the answer to one question is the answer to the other. */
export type Verify = (asked: string, answered: string) => boolean | PromiseLike<boolean>;

/**
 * The semantic cache: after an exact miss, a question may get the answer to one that asks the same in other words. It gives nothing until
 * it has learned from judged pairs from where on it may, and never for another agent, scope, model, instruction or setting.
 */
export interface SemanticOptions {
  /**
   * Embedding model of the AI SDK. Its requests pass the plugin: each text is embedded once.
   * @default the embedding model of the agent's memory, where the call has a thread
   */
  readonly embedder?: EmbedderLike;
  /**
   * Share of the answers it gives that may be to another question, from 0 to 0.5. With 0 every answer needs the word of `verify`.
   * @default 0.01
   */
  readonly maxErrorRate?: number;
  /**
   * `'shadow'` gives no answers: it only learns and counts what it would have given, beside the calls.
   * @default 'serve'
   */
  readonly mode?: 'serve' | 'shadow';
  /**
   * Has the last word on pairs that the plugin is not sure of: a small model, a cross-encoder. If it throws or takes longer than
   * `verifyTimeout`, the model of the agent is asked as if there were no pair.
   */
  readonly verify?: Verify;
  /**
   * How long a call waits for `verify`.
   * @default '2s'
   */
  readonly verifyTimeout?: Duration;
  /**
   * What must not tell the two questions apart: all of them must pass. An array takes the place of the default ones, a function gets
   * them: `(defaults) => [...defaults, mine]` adds one.
   * @default those of docs/semantic-cache.md
   */
  readonly guards?: Guards;
  /**
   * How long a call waits for the embedding and the search together, before it goes on to the model.
   * @default '500ms'
   */
  readonly timeout?: Duration;
  /**
   * Messages of the user that a prompt may have. With more than one, all but the newest must be equal, as must be what was answered.
   * @default 1
   */
  readonly maxTurns?: number;
  /**
   * Also for calls that offer tools. An answer that calls one is never given for another question.
   * @default false
   */
  readonly tools?: boolean;
  /**
   * Also for calls that want a structured answer.
   * @default false
   */
  readonly structuredOutput?: boolean;
}

/** Where questions are kept; for all agents together. */
export interface SemanticBounds {
  /**
   * Any vector store of Mastra: questions are then shared between processes and outlive them. It holds vectors as they are; texts are
   * encrypted with `cache.encryptionKeys`.
   * @default the memory of this process
   */
  readonly vectorStore?: SemanticVectorStore;
  /**
   * Questions in the memory of this process.
   * @default 10_000
   */
  readonly maxEntries?: number;
  /**
   * Memory that they may take.
   * @default '64mb'
   */
  readonly maxBytes?: ByteSize;
}

export type SemanticSettings = Omit<SemanticOptions, 'timeout' | 'verifyTimeout'> & {
  readonly timeout?: number;
  readonly verifyTimeout?: number;
};

export type SemanticBoundSettings = Omit<SemanticBounds, 'maxBytes'> & { readonly maxBytes?: number };

export const SEMANTIC_DEFAULTS = {
  maxErrorRate: 0.01,
  mode: 'serve',
  verifyTimeout: 2000,
  timeout: 500,
  maxTurns: 1,
  tools: false,
  structuredOutput: false,
} as const satisfies SemanticSettings;

export const SEMANTIC_BOUNDS = { maxEntries: 10_000, maxBytes: 64 * 1024 ** 2 } as const;

const hasMethods = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

const isGuard = (value: unknown): boolean =>
  hasMethods(value, 'passes') && typeof (value as Partial<Guard>).name === 'string';

export const areGuards = (value: unknown): value is readonly Guard[] =>
  Array.isArray(value) && value.every(isGuard);

const perAgent = () => ({
  embedder: z.optional(
    z.custom<EmbedderLike>(
      (value) => hasMethods(value, 'doEmbed') && typeof (value as Partial<EmbedderLike>).modelId === 'string',
      { error: "an embedding model of the AI SDK, such as openai.embedding('text-embedding-3-small')" },
    ),
  ),
  maxErrorRate: z.optional(
    z.custom<number>((value) => typeof value === 'number' && value >= 0 && value <= 0.5, {
      error: 'a number from 0 to 0.5, such as 0.01 for one wrong answer in a hundred',
    }),
  ),
  mode: z.optional(oneOf('serve', 'shadow')),
  verify: z.optional(
    z.custom<Verify>((value) => typeof value === 'function', {
      error: 'a function of two questions that tells whether they have one answer',
    }),
  ),
  verifyTimeout: z.optional(duration('1m')),
  guards: z.optional(
    z.custom<Guards>((value) => typeof value === 'function' || areGuards(value), {
      error:
        'guards, each with a name and a function passes(a, b): an array, or a function from the default ones to one',
    }),
  ),
  timeout: z.optional(duration('1m')),
  maxTurns: z.optional(positiveInteger(100)),
  tools: z.optional(flag()),
  structuredOutput: z.optional(flag()),
});

export const agentSemanticSchema = feature(options(perAgent));
export const semanticSchema = feature(
  options(() => ({
    ...perAgent(),
    vectorStore: z.optional(
      z.custom<SemanticVectorStore>((value) => hasMethods(value, 'createIndex', 'upsert', 'query'), {
        error: 'a vector store of Mastra',
      }),
    ),
    maxEntries: z.optional(positiveInteger(1_000_000)),
    maxBytes: z.optional(byteSize()),
  })),
);
