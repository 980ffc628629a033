import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core/mastra';
import { InMemoryStore } from '@mastra/core/storage';
import { LibSQLVector } from '@mastra/libsql';
import { Memory } from '@mastra/memory';
import { mockEmbedder, mockModel, type MockAnswer, type MockEmbedder } from '@mastra-perf/testkit';
import { createPerf, type ContextWindowOptions, type Perf, type PerfEvents } from '../src/index.ts';
import type { Asked } from './windowed-agent.ts';

export interface RecallingAgentOptions {
  readonly recall?: ContextWindowOptions['recall'];
  readonly maxTokens?: number;
  readonly storage?: InMemoryStore;
  readonly respond?: (call: number, asked: Asked) => MockAnswer;
  /** @default the mock's: equal texts are alike, all others are not */
  readonly embedder?: MockEmbedder<'v3'> | false;
  readonly vector?: object;
  readonly semanticRecall?: object | boolean;
  readonly lastMessages?: number;
  readonly agent?: object;
}

export interface RecallingAgent {
  readonly perf: Perf;
  readonly prompts: Asked[];
  readonly faults: PerfEvents['fault'][];
  readonly embedder: MockEmbedder<'v3'>;
  readonly storage: InMemoryStore;
  readonly memory: Memory;
  readonly agent: Agent;
  /** Stores messages of the user and the assistant in turn, a minute apart. */
  tell(
    texts: readonly string[],
    whose?: { readonly thread?: string; readonly resource?: string },
  ): Promise<void>;
  ask(question: string, options?: object): Promise<{ readonly providerMetadata?: object }>;
  /** The text in front of the newest question that its model got; `undefined` where there is none. */
  block(): string | undefined;
}

const BEGIN = Date.UTC(2026, 0, 5, 9);

/** A real agent in a real Mastra that sees the last two messages of its thread, and recalls. */
export function recallingAgent(options: RecallingAgentOptions = {}): RecallingAgent {
  const {
    recall = true,
    maxTokens = 2000,
    storage = new InMemoryStore(),
    respond,
    lastMessages = 2,
  } = options;
  const prompts: Asked[] = [];
  const faults: PerfEvents['fault'][] = [];
  const embedder = options.embedder || mockEmbedder({ spec: 'v3', dimensions: 64 });
  const perf = createPerf({ cache: false, context: { maxTokens, recall } });
  perf.on('fault', (fault) => faults.push(fault));
  const memory = new Memory({
    storage,
    ...(options.embedder !== false && {
      embedder,
      vector: (options.vector ?? new LibSQLVector({ id: 'vectors', url: ':memory:' })) as LibSQLVector,
    }),
    options: { lastMessages, semanticRecall: options.semanticRecall ?? false } as never,
  });
  const agent = new Agent({
    id: 'a',
    name: 'a',
    instructions: 'You are the system.',
    model: mockModel({
      spec: 'v3',
      provider: 'openai',
      modelId: 'gpt-4o-mini',
      respond(asked: unknown, call: number) {
        prompts.push(asked as Asked);
        return respond?.(call, asked as Asked) ?? { text: `answer ${call}` };
      },
    } as never),
    memory,
    ...options.agent,
  } as never);
  new Mastra({ agents: { agent }, logger: false, storage, processors: { perf } });
  let stored = 0;
  return {
    perf,
    prompts,
    faults,
    embedder,
    storage,
    memory,
    agent,
    async tell(texts, { thread = 't', resource = 'r' } = {}) {
      const known = await memory.getThreadById({ threadId: thread });
      if (!known) await memory.createThread({ threadId: thread, resourceId: resource });
      const messages = texts.map((text, place) => ({
        id: `${thread}-${stored + place}`,
        threadId: thread,
        resourceId: resource,
        role: place % 2 === 0 ? 'user' : 'assistant',
        createdAt: new Date(BEGIN + (stored + place) * 60_000),
        content: { format: 2, parts: [{ type: 'text', text }] },
      }));
      stored += texts.length;
      await memory.saveMessages({ messages: messages as never });
    },
    ask: (question, more = {}) =>
      agent.generate(question, { memory: { thread: 't', resource: 'r' }, ...more }) as never,
    block() {
      const { content } = prompts.at(-1)!.prompt.findLast(({ role }) => role === 'user')!;
      const [first] = content as { readonly text: string }[];
      return first?.text.startsWith('<earlier_messages>') ? first.text : undefined;
    },
  };
}

/** Forty turns about nothing. */
export const SMALL_TALK = Array.from({ length: 40 }, (_, turn) =>
  turn % 2 === 0 ? `how are you today, number ${turn}?` : `fine, thank you, number ${turn}`,
);
