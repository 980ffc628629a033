import type { ProviderEndpoint } from './provider-request.ts';

/** One request; written on arrival and completed while it is answered. Malformed requests are not logged. */
export interface ProviderLogEntry {
  /** From 1, in the order of arrival. */
  readonly n: number;
  readonly endpoint: ProviderEndpoint;
  readonly model: string;
  readonly stream: boolean;
  /** The HTTP status that was sent; 0 if none was (yet). */
  status: number;
  /** As billed: 0 for a request that was refused. */
  inputTokens: number;
  cachedTokens: number;
  /** Generated so far, also when nobody is there any more to read it. */
  outputTokens: number;
  /** `Date.now()` at arrival. */
  readonly startedAt: number;
  /** From arrival to the first token of a streamed answer. */
  firstTokenMs?: number;
  /** From arrival to the end; missing while the request runs. */
  endedMs?: number;
  /** The client went away before the end. */
  aborted: boolean;
  /** A `disconnect` fault broke the connection. */
  broken?: boolean;
  /** What was to be embedded. */
  texts?: readonly string[];
}

export interface ProviderTotals {
  readonly requests: number;
  readonly chat: number;
  readonly responses: number;
  readonly embeddings: number;
  /** Answered with an error status or broken off by a fault. */
  readonly failed: number;
  readonly rateLimited: number;
  readonly aborted: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** Texts embedded, not calls. */
  readonly embeddedTexts: number;
  readonly inFlight: number;
  /** Most requests that ran at the same time. */
  readonly maxInFlight: number;
}

export interface ProviderLog {
  readonly entries: ProviderLogEntry[];
  open(request: { endpoint: ProviderEndpoint; model: string; stream: boolean }): ProviderLogEntry;
  end(entry: ProviderLogEntry, ms: number): void;
  totals(): ProviderTotals;
  /** Resolves when no request is running. */
  settled(): Promise<void>;
  clear(): void;
}

export function providerLog(): ProviderLog {
  const entries: ProviderLogEntry[] = [];
  let opened = 0;
  let maxInFlight = 0;
  const running = new Set<ProviderLogEntry>();
  let waiting: (() => void)[] = [];

  return {
    entries,
    open({ endpoint, model, stream }) {
      const entry: ProviderLogEntry = {
        n: ++opened,
        endpoint,
        model,
        stream,
        status: 0,
        inputTokens: 0,
        cachedTokens: 0,
        outputTokens: 0,
        startedAt: Date.now(),
        aborted: false,
      };
      entries.push(entry);
      running.add(entry);
      maxInFlight = Math.max(maxInFlight, running.size);
      return entry;
    },
    end(entry, ms) {
      entry.endedMs = ms;
      running.delete(entry);
      if (running.size > 0) return;
      for (const tell of waiting) tell();
      waiting = [];
    },
    totals: () => ({ ...sums(entries), inFlight: running.size, maxInFlight }),
    settled: () => (running.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    clear() {
      entries.length = 0;
      opened = 0;
      maxInFlight = running.size;
    },
  };
}

function sums(entries: readonly ProviderLogEntry[]) {
  const count = (is: (entry: ProviderLogEntry) => boolean) => entries.filter(is).length;
  const sum = (of: (entry: ProviderLogEntry) => number) =>
    entries.reduce((total, entry) => total + of(entry), 0);
  return {
    requests: entries.length,
    chat: count((entry) => entry.endpoint === 'chat'),
    responses: count((entry) => entry.endpoint === 'responses'),
    embeddings: count((entry) => entry.endpoint === 'embeddings'),
    failed: count((entry) => entry.broken === true || entry.status >= 400),
    rateLimited: count((entry) => entry.status === 429),
    aborted: count((entry) => entry.aborted),
    inputTokens: sum((entry) => entry.inputTokens),
    cachedTokens: sum((entry) => entry.cachedTokens),
    outputTokens: sum((entry) => entry.outputTokens),
    embeddedTexts: sum((entry) => entry.texts?.length ?? 0),
  };
}
