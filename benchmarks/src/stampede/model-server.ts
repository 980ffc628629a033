import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ModelServer extends AsyncDisposable {
  readonly url: string;
  /** Who has asked it so far, in order. */
  askedBy(question: string): readonly string[];
  /** Resolves with the first who asks this. */
  firstToAsk(question: string): Promise<string>;
}

export interface ModelRequest {
  readonly question: string;
  /** Who asks. */
  readonly by: string;
}

/** A model that many processes share: it counts who asks what, and takes its time to answer. */
export async function startModelServer(answerMs: number): Promise<ModelServer> {
  const asked = new Map<string, string[]>();
  const firsts = new Map<string, PromiseWithResolvers<string>>();
  const firstOf = (question: string): PromiseWithResolvers<string> => {
    const first = firsts.get(question) ?? Promise.withResolvers<string>();
    firsts.set(question, first);
    return first;
  };
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const [question = '', by = ''] = [searchParams.get('question'), searchParams.get('by')].map(String);
    asked.set(question, [...(asked.get(question) ?? []), by]);
    firstOf(question).resolve(by);
    setTimeout(() => response.end(`answer to ${question}`), answerMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    askedBy: (question) => asked.get(question) ?? [],
    firstToAsk: (question) => firstOf(question).promise,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export async function askModelServer(url: string, { question, by }: ModelRequest): Promise<string> {
  const response = await fetch(`${url}?${new URLSearchParams({ question, by })}`);
  return response.text();
}
