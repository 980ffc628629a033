import {
  startSimulatedProvider,
  type ProviderAnswer,
  type ProviderFault,
  type ProviderLogEntry,
  type ProviderRequest,
  type SimulatedProvider,
} from '@mastra-perf/testkit';

/* A provider that does to a call what its question says, and knows what it has billed for questions of each kind. */

/** How a question ends at the provider, and whether its model tells the usage. */
export const KINDS = {
  /** Answered to the end; also after a failure, by a herd, from the cache. */
  answered: 'reported',
  /** An HTTP error. */
  refused: 'free',
  /** Answered to the end in a stream that reports no usage. */
  unreported: 'estimated',
  /** Given up by the caller in the middle of a stream, or before the answer, which the provider has generated in part. */
  aborted: 'estimated',
  abortedWhole: 'estimated',
  /** Given up before anything was generated. */
  hung: 'estimated',
  /** The connection breaks in the middle of a stream, of an answer in one piece, or before it. */
  broken: 'estimated',
  brokenWhole: 'estimated',
  unconnected: 'estimated',
} as const;
export type Kind = keyof typeof KINDS;
export const kindNames = Object.keys(KINDS) as Kind[];

export interface Asked {
  readonly kind: Kind;
  readonly text: string;
}

export interface UsageProvider extends AsyncDisposable {
  readonly url: string;
  readonly server: SimulatedProvider;
  /** A question like no other. `fault` is asked with the number of the request for it, from 1. */
  question(kind: Kind, does?: Does): Asked;
  /** The requests for a question. */
  entriesTo(asked: Asked): ProviderLogEntry[];
  entriesOf(kind: Kind): ProviderLogEntry[];
  /** Requests for embeddings. */
  embeddings(): ProviderLogEntry[];
  reasoningTokens(): number;
}

export interface Does {
  readonly fault?: (nth: number) => ProviderFault | undefined;
  /** Tokens that nobody sees. */
  readonly reasoning?: number;
  /** Answers when this resolves. */
  readonly after?: Promise<void>;
}

interface Doing extends Does {
  readonly kind: Kind;
  readonly numbers: number[];
}

/** Answered to the end, and nobody went away. */
export const isWhole = (entry: ProviderLogEntry): boolean =>
  entry.status === 200 && !entry.broken && !entry.aborted;

export async function startUsageProvider(): Promise<UsageProvider> {
  const doings = new Map<string, Doing>();
  const textOf = ({ messages }: ProviderRequest): string =>
    messages.findLast(({ role }) => role === 'user')?.text ?? '';
  const doingOf = (request: ProviderRequest): Doing => {
    const doing = doings.get(textOf(request));
    if (!doing) throw new Error(`nobody was to ask: ${textOf(request)}`);
    return doing;
  };
  const server = await startSimulatedProvider({
    fail(request, n) {
      if (request.endpoint === 'embeddings') return undefined;
      const { numbers, fault } = doingOf(request);
      const nth = numbers.push(n);
      return fault?.(nth);
    },
    async answer(request): Promise<ProviderAnswer> {
      const { reasoning = 0, after } = doingOf(request);
      await after;
      if (request.tools.length > 0 && request.messages.at(-1)?.role !== 'tool')
        return { toolCalls: [{ name: 'weather', args: { city: 'Oslo' } }], reasoningTokens: reasoning };
      const words = `A good question is ${textOf(request).split(':')[0]}. 你好`;
      return { text: request.responseFormat ? JSON.stringify({ words }) : words, reasoningTokens: reasoning };
    },
  });
  const entriesOf = ({ numbers }: Doing): ProviderLogEntry[] =>
    numbers.flatMap((n) => server.log[n - 1] ?? []);
  return {
    url: server.url,
    server,
    question(kind, does = {}) {
      const text = `${kind} ${doings.size}: what is there to know about number ${doings.size}?`;
      doings.set(text, { ...does, kind, numbers: [] });
      return { kind, text };
    },
    entriesTo: ({ text }) => entriesOf(doings.get(text)!),
    entriesOf: (kind) => [...doings.values()].filter((one) => one.kind === kind).flatMap(entriesOf),
    embeddings: () => server.log.filter(({ endpoint }) => endpoint === 'embeddings'),
    reasoningTokens: () =>
      [...doings.values()].reduce(
        (sum, { reasoning = 0, ...doing }) => sum + reasoning * entriesOf(doing).filter(isWhole).length,
        0,
      ),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
