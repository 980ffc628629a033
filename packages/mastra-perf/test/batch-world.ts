import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore, type MastraCompositeStore } from '@mastra/core/storage';
import { Memory } from '@mastra/memory';
import {
  startSimulatedProvider,
  type ProviderAnswer,
  type ProviderRequest,
  type SimulatedProvider,
} from '@mastra-perf/testkit';
import { createPerf, type Perf, type PerfOptions } from '../src/index.ts';

export interface AskedItem {
  readonly id: string;
  readonly message: string;
}

export interface BatchWorld extends AsyncDisposable {
  readonly provider: SimulatedProvider;
  readonly perf: Perf;
  readonly agent: Agent;
  /** What the provider was asked, call by call. */
  readonly requests: ProviderRequest[];
  /** The messages of a thread, in the order of their times. */
  stored(threadId: string): Promise<StoredMessage[]>;
}

export interface StoredMessage {
  readonly id: string;
  readonly role: string;
  readonly createdAt: Date;
  readonly resourceId?: string;
  readonly content: { readonly content?: string };
}

export interface BatchWorldOptions {
  readonly storage?: MastraCompositeStore;
  readonly memory?: boolean;
  /** The thread that the agent's calls are of if they do not say otherwise. */
  readonly defaultThread?: string;
  readonly perf?: PerfOptions;
  readonly answer?: (items: readonly AskedItem[], call: number) => ProviderAnswer;
}

/** What a right answer to a message is. */
export const answerTo = (message: string): string => `The answer to "${message}" is ${message.length}.`;

export const rightAnswers = (items: readonly AskedItem[]): { answers: object[] } => ({
  answers: items.map(({ id, message }) => ({ id, response: answerTo(message), confidence: 0.9 })),
});

const itemsOf = ({ messages }: ProviderRequest): AskedItem[] =>
  (JSON.parse(messages.findLast(({ role }) => role === 'user')?.text ?? '') as { items: AskedItem[] }).items;

/** A real agent, asked over HTTP, in a Mastra with the plugin. */
export async function batchWorld({
  storage = new InMemoryStore(),
  memory = true,
  defaultThread,
  perf: perfOptions = {},
  answer = (items) => ({ text: JSON.stringify(rightAnswers(items)) }),
}: BatchWorldOptions = {}): Promise<BatchWorld> {
  const requests: ProviderRequest[] = [];
  const provider = await startSimulatedProvider({
    answer(request) {
      const call = requests.push(request);
      return answer(itemsOf(request), call);
    },
  });
  const agent = new Agent({
    id: 'support',
    name: 'support',
    instructions: 'Answer briefly.',
    model: { id: 'sim/gpt-4o-mini', url: provider.url, apiKey: 'k' },
    ...(defaultThread && {
      defaultOptions: { memory: { thread: defaultThread, resource: 'somebody' } },
    }),
    ...(memory && { memory: new Memory({ options: { lastMessages: 50 } }) }),
  });
  const perf = createPerf(perfOptions);
  new Mastra({ agents: { agent }, storage, logger: false, processors: { perf } });
  return {
    provider,
    perf,
    agent,
    requests,
    async stored(threadId) {
      const domain = await storage.getStore('memory');
      const { messages } = await domain!.listMessages({ threadId, perPage: false });
      return (messages as unknown as StoredMessage[]).toSorted(
        (a, b) => a.createdAt.getTime() - b.createdAt.getTime(),
      );
    },
    async [Symbol.asyncDispose]() {
      await perf.close();
      await provider.close();
    },
  };
}
