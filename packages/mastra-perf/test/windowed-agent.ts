import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core/mastra';
import { InMemoryStore } from '@mastra/core/storage';
import { Memory } from '@mastra/memory';
import { mockModel, type MockAnswer } from '@mastra-perf/testkit';
import { countTokens, createPerf, type Perf, type PerfEvents, type PerfOptions } from '../src/index.ts';

export interface Message {
  readonly role: string;
  readonly content: unknown;
}

/** What reached the model. */
export interface Asked {
  readonly prompt: readonly Message[];
  readonly tools?: readonly unknown[];
}

export interface WindowedAgentOptions {
  /** Without it there is no plugin. */
  readonly context?: PerfOptions['context'];
  readonly respond?: (call: number, asked: Asked) => MockAnswer;
  readonly instructions?: string;
  readonly model?: { readonly provider: string; readonly modelId: string };
  /** Fields of the agent's configuration, such as processors and tools. */
  readonly agent?: object;
}

/** A real agent with memory in a real Mastra, the prompts that its model got, and what was stored. */
export interface WindowedAgent {
  readonly perf: Perf | undefined;
  readonly prompts: Asked[];
  readonly events: PerfEvents['context'][];
  ask(question: string, options?: object): Promise<unknown>;
  /** Reads the stream to its end, and rejects if it failed. */
  stream(question: string, options?: object): Promise<unknown>;
  stored(): Promise<readonly object[]>;
}

const GPT = { provider: 'openai', modelId: 'gpt-4o-mini' };
const memory = { thread: 't', resource: 'r' };

export function windowedAgent(options: WindowedAgentOptions): WindowedAgent {
  const { context, respond, instructions = 'You are the system.', model = GPT } = options;
  const prompts: Asked[] = [];
  const events: PerfEvents['context'][] = [];
  const storage = new InMemoryStore();
  const perf = context === undefined ? undefined : createPerf({ cache: false, context });
  perf?.on('context', (event) => events.push(event));
  const agent = new Agent({
    id: 'a',
    name: 'a',
    instructions,
    model: mockModel({
      spec: 'v3',
      ...model,
      respond(asked: unknown, call: number) {
        prompts.push(asked as Asked);
        return respond?.(call, asked as Asked) ?? { text: `answer ${call}` };
      },
    } as never),
    memory: new Memory({ options: { lastMessages: 400 } }),
    ...options.agent,
  } as never);
  let ids = 0;
  new Mastra({
    agents: { agent },
    logger: false,
    storage,
    idGenerator: () => `id-${++ids}`,
    ...(perf && { processors: { perf } }),
  });
  return {
    perf,
    prompts,
    events,
    ask: (question, more = {}) => agent.generate(question, { memory, ...more }),
    async stream(question, more = {}) {
      const output = await agent.stream(question, { memory, ...more });
      await output.consumeStream();
      if (output.error) throw output.error;
      return output.text;
    },
    async stored() {
      const domain = await storage.getStore('memory');
      const { messages } = await domain!.listMessages({ threadId: 't', perPage: false });
      return messages;
    },
  };
}

/** Tokens that OpenAI bills for it. */
export const tokensOf = async ({ prompt, tools = [] }: Asked): Promise<number> =>
  (await countTokens({ prompt, tools }, 'openai/gpt-4o-mini')).tokens;

export const textOf = (prompt: readonly Message[]): string => JSON.stringify(prompt);

export const WORDS = 'the quick brown fox jumps over the lazy dog and runs away again ';
