import type { Clock } from '../../base/clock.ts';
import type { EmbedderLike, EmbedReply } from '../../pipeline/embedder-proxy.ts';
import { orAborted } from '../../base/or-aborted.ts';

export interface AskEmbedderOptions {
  readonly embedder: EmbedderLike;
  readonly providerOptions: object | undefined;
  readonly maxRetries: number;
  readonly clock: Clock;
}

export type AskEmbedder = (values: readonly string[], signal: AbortSignal) => Promise<EmbedReply>;

/** As the AI SDK waits: two seconds, and twice as long each time, or as the provider says within reason. */
const FIRST_WAIT_MS = 2000;
const MOST_ASKED_MS = 60_000;

/** Asks once, and again where the error says that this may help. Rejects at once when the signal says so, whatever the embedder does. */
export function askEmbedder({
  embedder,
  providerOptions,
  maxRetries,
  clock,
}: AskEmbedderOptions): AskEmbedder {
  return async (values, signal) => {
    for (let retry = 0; ; retry++) {
      try {
        const request = {
          values: [...values],
          abortSignal: signal,
          ...(providerOptions && { providerOptions }),
        };
        return await orAborted(
          Promise.resolve(embedder.doEmbed(request as never) as PromiseLike<EmbedReply>),
          signal,
        );
      } catch (error) {
        if (signal.aborted || retry >= maxRetries || !isRetryable(error)) throw error;
        await pause(waitFor(error, FIRST_WAIT_MS * 2 ** retry, clock), clock, signal);
      }
    }
  };
}

const isRetryable = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && Reflect.get(error, 'isRetryable') === true;

function waitFor(error: unknown, usual: number, clock: Clock): number {
  const headers = (Reflect.get(error as object, 'responseHeaders') ?? {}) as Record<string, string>;
  const ms = Number.parseFloat(headers['retry-after-ms'] ?? '');
  const seconds = Number.parseFloat(headers['retry-after'] ?? '');
  const date = Date.parse(headers['retry-after'] ?? '') - clock.now();
  const asked = [ms, seconds * 1000, date].find((one) => Number.isFinite(one)) ?? -1;
  return asked >= 0 && asked < Math.max(MOST_ASKED_MS, usual) ? asked : usual;
}

function pause(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  let cancel = (): void => {};
  const over = new Promise<void>((resolve) => (cancel = clock.after(ms, resolve, 'keeps-alive')));
  return orAborted(over, signal).finally(cancel);
}
