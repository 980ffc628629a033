/** Why the mock says that it stopped, in the spelling of the AI SDK. */
export type MockFinishReason = 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other';

export interface MockUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Part of `inputTokens` that came from the provider's prompt cache. */
  readonly cachedInputTokens?: number;
  /** Part of `inputTokens` that was written to the provider's prompt cache (spec v3 and v4 only). */
  readonly cacheWriteInputTokens?: number;
  /** Part of `outputTokens` that was spent on reasoning. */
  readonly reasoningTokens?: number;
}

/** When the parts come: delays are ms, `gate` lets a test hold every part without sleeping. */
export interface MockPace {
  /** Waited once, before the first part. @default 0 */
  readonly firstDelayMs?: number;
  /** Waited between two parts. @default 0 */
  readonly delayMs?: number;
  /** Awaited before each part, also by `doGenerate`, which produces the same parts inside. */
  readonly gate?: (partIndex: number) => Promise<void> | void;
  /** The stream errors after this many parts (`stream-start` is the first); `doGenerate` rejects. */
  readonly failAfter?: number;
  /** What `failAfter` fails with; without `failAfter` the call itself rejects with it. */
  readonly error?: unknown;
}

/** What a mock answers to one call. Every field is optional; an empty answer is a model that says nothing. */
export interface MockAnswer extends MockPace {
  readonly text?: string;
  /** Explicit cut of the text; joined it must equal `text` if both are given. @default after each space */
  readonly deltas?: readonly string[];
  readonly reasoning?: string;
  readonly tools?: readonly { readonly id?: string; readonly name: string; readonly args: unknown }[];
  readonly sources?: readonly { readonly id?: string; readonly url: string; readonly title?: string }[];
  /** @default 'tool-calls' if there are tools, 'error' after `errorPart`, else 'stop' */
  readonly finishReason?: MockFinishReason;
  /** `null`: the provider reports none. @default 10 input, 5 output tokens */
  readonly usage?: MockUsage | null;
  /** An `error` part after the deltas; the stream then finishes. `doGenerate` rejects with it. */
  readonly errorPart?: unknown;
  /** Inserted as they are before `finish`; those that are content appear in `doGenerate` too. */
  readonly extraParts?: readonly unknown[];
  /** On `finish` and on the result of `doGenerate`. */
  readonly providerMetadata?: Record<string, Record<string, unknown>>;
  /** @default `response-<call number>` */
  readonly responseId?: string;
}
