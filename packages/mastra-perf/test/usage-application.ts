import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { createTool } from '@mastra/core/tools';
import { LibSQLVector } from '@mastra/libsql';
import { Memory } from '@mastra/memory';
import { generateText, streamText } from 'ai';
import { z } from 'zod';
import type { Outcome, Perf } from '../src/index.ts';
import type { Asked } from './usage-provider.ts';

/** What one call of the application came to. */
export interface Came {
  readonly asked: Asked;
  /** `undefined` where it failed or was given up. */
  readonly outcome: Outcome | undefined;
}

/** Who asks: agents of Mastra, or the AI SDK `alone`. */
export type Caller = 'plain' | 'chat' | 'long' | 'tools' | 'recall' | 'refreshed' | 'fallback' | 'alone';

export interface How {
  readonly by: Caller;
  readonly streams: boolean;
  readonly user?: string;
  readonly structured?: boolean;
  /** @default 0 */
  readonly retries?: number;
  readonly cache?: 'bypass' | 'refresh';
  readonly abortSignal?: AbortSignal;
  readonly onText?: () => void;
}

export interface Application {
  /** Never rejects. */
  ask(asked: Asked, how: How): Promise<void>;
  readonly calls: () => number;
  readonly came: readonly Came[];
}

/** Options of `createPerf()` for its agents. */
export const applicationOptions = {
  agents: {
    refreshed: { cache: { ttl: '1ms', staleWhileRevalidate: '1d' } },
    fallback: { cache: { ttl: '1ms', staleIfError: '1d' } },
  },
} as const;

const RULES = Array.from({ length: 350 }, (_, rule) => `Rule ${rule} is kept.`).join(' ');
const schema = z.object({ words: z.string() });

/** The kind of a question is the label of its calls; the name of the agent where there is no Mastra. */
export function application(perf: Perf, url: string): Application {
  const modelOf = (api: 'chat' | 'responses') => ({ id: 'sim/model', url, apiKey: 'k', api });
  const agentOf = (id: string, extra: object = {}): Agent =>
    new Agent({ id, name: id, instructions: 'Be brief.', model: modelOf('responses'), ...extra } as never);
  const weather = createTool({
    id: 'weather',
    description: 'The weather of a city',
    inputSchema: z.object({ city: z.string() }),
    execute: async () => ({ sky: 'clear' }),
  });
  const provider = createOpenAICompatible({ name: 'sim', baseURL: url, apiKey: 'k', includeUsage: true });
  const memory = new Memory({
    storage: new InMemoryStore(),
    vector: new LibSQLVector({ id: 'recall', url: ':memory:' }),
    embedder: provider.embeddingModel('embedding') as never,
    options: { lastMessages: 2, semanticRecall: { topK: 1, messageRange: 0 } },
  });
  const agents: Readonly<Record<Exclude<Caller, 'alone'>, Agent>> = {
    plain: agentOf('plain'),
    chat: agentOf('chat', { model: modelOf('chat') }),
    long: agentOf('long', { instructions: RULES }),
    tools: agentOf('tools', { tools: { weather } }),
    recall: agentOf('recall', { memory }),
    refreshed: agentOf('refreshed'),
    fallback: agentOf('fallback'),
  };
  new Mastra({ agents: { ...agents }, logger: false, storage: new InMemoryStore(), processors: { perf } });
  const aloneFor = (kind: string) => perf.model(provider.chatModel('model'), { agent: kind });

  const byAgent = async ({ kind, text }: Asked, how: How): Promise<Outcome | undefined> => {
    const { by, streams, user, structured, retries = 0, cache, abortSignal, onText } = how;
    const agent = agents[by as Exclude<Caller, 'alone'>];
    const options = {
      ...(by === 'recall' && { memory: { thread: `thread of ${user}`, resource: `${user}` } }),
      requestContext: perf.context({ labels: { kind }, ...(user && { user }), ...(cache && { cache }) }),
      modelSettings: { maxRetries: retries },
      ...(abortSignal && { abortSignal }),
      ...(structured && { structuredOutput: { schema } }),
    } as never;
    if (!streams) {
      const result = await agent.generate(text, options);
      return result.error ? undefined : perf.outcome(result);
    }
    const result = await agent.stream(text, options);
    for await (const _delta of result.textStream) onText?.();
    return result.error || abortSignal?.aborted ? undefined : perf.outcome(result);
  };

  const alone = async ({ kind, text }: Asked, how: How): Promise<Outcome | undefined> => {
    const { streams, retries = 0, abortSignal, onText } = how;
    const model = aloneFor(kind);
    const options = { model, prompt: text, maxRetries: retries, ...(abortSignal && { abortSignal }) };
    if (!streams) return perf.outcome(await generateText(options));
    const result = streamText({ ...options, onError: () => {} });
    for await (const _delta of result.textStream) onText?.();
    return abortSignal?.aborted ? undefined : perf.outcome(result);
  };

  const came: Came[] = [];
  let calls = 0;
  return {
    came,
    calls: () => calls,
    async ask(asked, how) {
      calls++;
      const asking = how.by === 'alone' ? alone(asked, how) : byAgent(asked, how);
      // That some fail is what their question is for; what it has cost is told by the provider.
      const outcome = await asking.catch(() => undefined);
      came.push({ asked, outcome: how.abortSignal?.aborted ? undefined : outcome });
    },
  };
}
