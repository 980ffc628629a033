import type { ProviderRequest } from './provider-request.ts';
import type { RateLimit } from './rate-limiter.ts';

/** What the simulated model says; ids and token counts are made up around it. */
export interface ProviderAnswer {
  readonly text?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly args: unknown }[];
  /** Billed as output and waited for before the first visible token. @default 0 */
  readonly reasoningTokens?: number;
  /** In OpenAI's spelling. @default 'tool_calls' with tool calls, 'length' if cut by the request's limit, else 'stop' */
  readonly finishReason?: string;
}

export type ProviderFault =
  /** An error reply. `retryAfterSeconds` may be a fraction: `retry-after-ms` tells it exactly. */
  | { readonly status: number; readonly message?: string; readonly retryAfterSeconds?: number }
  /** The connection breaks: before anything is answered, or in the middle of the answer. */
  | { readonly disconnect: 'before-headers' | { readonly afterTokens: number } }
  /** The answer stops there and never ends; the client has to give up. */
  | { readonly stall: { readonly afterTokens: number } }
  /** Nothing is ever answered; the client has to give up. */
  | { readonly hang: true };

export interface SimulatedProviderOptions {
  /** Decides the answers of chat and responses. @default a sentence made from the last user message */
  readonly answer?: ((request: ProviderRequest) => ProviderAnswer | Promise<ProviderAnswer>) | undefined;
  /** Vectors of texts. @default `wordVector`, 256 dimensions or what the request asks for */
  readonly embed?: ((texts: string[]) => number[][] | Promise<number[][]>) | undefined;
  /** From the arrival of the request to the first byte of the answer. @default 0 */
  readonly timeToFirstTokenMs?: number;
  /** Speed after the first token; a reply that is not streamed takes as long as a streamed one. @default Infinity */
  readonly tokensPerSecond?: number;
  /** 429 with `retry-after` when more requests or tokens than this were accepted within the last minute. @default no limit */
  readonly rateLimit?: RateLimit | undefined;
  /** Asked first for every request (numbered from 1); returns a fault to inject or undefined. */
  readonly fail?: ((request: ProviderRequest, n: number) => ProviderFault | undefined) | undefined;
  /** Report `cached_tokens` as OpenAI does, for prompts that share a long prefix with an earlier one. @default true */
  readonly promptCaching?: boolean;
}

export type ProviderSettings = Required<SimulatedProviderOptions>;

const DEFAULTS: ProviderSettings = {
  answer: undefined,
  embed: undefined,
  timeToFirstTokenMs: 0,
  tokensPerSecond: Number.POSITIVE_INFINITY,
  rateLimit: undefined,
  fail: undefined,
  promptCaching: true,
};

/** Lays `options` over what was set before; throws on a speed that would never end. */
export function providerSettings(
  options: SimulatedProviderOptions,
  before: ProviderSettings = DEFAULTS,
): ProviderSettings {
  const settings = { ...before, ...options };
  if (!(settings.tokensPerSecond > 0)) {
    throw new RangeError(`tokensPerSecond: expected a number above 0, got ${settings.tokensPerSecond}`);
  }
  if (!(settings.timeToFirstTokenMs >= 0)) {
    throw new RangeError(`timeToFirstTokenMs: expected 0 or more, got ${settings.timeToFirstTokenMs}`);
  }
  return settings;
}
