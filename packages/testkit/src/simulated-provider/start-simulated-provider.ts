import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { prefixCache } from './prefix-cache.ts';
import { handle } from './provider-handler.ts';
import { providerLog, type ProviderLogEntry, type ProviderTotals } from './provider-log.ts';
import { providerSettings, type SimulatedProviderOptions } from './provider-options.ts';
import { rateLimiter } from './rate-limiter.ts';
import { storedItems } from './stored-items.ts';
import { loadTokenizer } from './tokenizer.ts';

export interface SimulatedProvider extends AsyncDisposable {
  /** Base URL for OpenAI-compatible clients: `http://127.0.0.1:<port>/v1`. */
  readonly url: string;
  /** Live; see also `settled` to wait for entries to be complete. */
  readonly log: readonly ProviderLogEntry[];
  totals(): ProviderTotals;
  /** Resolves when no request is running: also the server's view of an aborted one is then complete. */
  settled(): Promise<void>;
  /** Changes the given options for requests that arrive from now on; `undefined` takes one back. */
  configure(options: SimulatedProviderOptions): void;
  /** Forgets the log, the seen prompts, the stored items and the rate window; options stay. */
  reset(): void;
  /** Ends open connections too. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP server that speaks the OpenAI protocols (chat completions, responses, embeddings, models) on a free
 * port of 127.0.0.1 and answers, bills, paces, limits and fails as told. Tokens are real ones (o200k_base).
 *
 * @example
 * await using provider = await startSimulatedProvider({ timeToFirstTokenMs: 300, tokensPerSecond: 80 });
 */
export async function startSimulatedProvider(
  options: SimulatedProviderOptions = {},
): Promise<SimulatedProvider> {
  let settings = providerSettings(options);
  const parts = {
    tokenizer: await loadTokenizer(),
    log: providerLog(),
    limiter: rateLimiter(),
    prefixes: prefixCache(),
    items: storedItems(),
    settings: () => settings,
  };
  const server = createServer((req, res) => void handle(req, res, parts));
  // As providers do: a client gives up a connection that nobody uses before the server does, so that no request meets its end.
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    await parts.log.settled();
  };
  return {
    url: `http://127.0.0.1:${port}/v1`,
    log: parts.log.entries,
    totals: parts.log.totals,
    settled: parts.log.settled,
    configure(changes) {
      settings = providerSettings(changes, settings);
    },
    reset() {
      parts.log.clear();
      parts.limiter.clear();
      parts.prefixes.clear();
      parts.items.clear();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
