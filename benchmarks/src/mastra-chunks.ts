import { Agent } from '@mastra/core/agent';
import { InMemoryServerCache } from '@mastra/core/cache';
import { ResponseCache } from '@mastra/core/processors';
import { mockModel } from '@mastra-perf/testkit';
import { longAnswer } from './long-answer.ts';

/** What Mastra's ResponseCache stores for one streamed answer of 760 deltas, taken from a real agent. */
export async function mastraChunks(): Promise<{ readonly chunks: readonly unknown[] }> {
  let stored: unknown;
  class Observed extends InMemoryServerCache {
    override async set(key: string, value: unknown, ttlMs?: number): Promise<void> {
      stored = value;
      await super.set(key, value, ttlMs);
    }
  }
  const agent = new Agent({
    id: 'a',
    name: 'a',
    instructions: 'Answer.',
    model: mockModel({ spec: 'v3', respond: () => longAnswer }),
    inputProcessors: [new ResponseCache({ cache: new Observed() })],
  } as never);
  const { textStream } = await agent.stream('hello');
  for await (const _ of textStream);
  if (!isRecord(stored)) throw new Error('ResponseCache has stored nothing');
  return JSON.parse(JSON.stringify(stored)) as { chunks: unknown[] };
}

const isRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'chunks' in value && Array.isArray(value.chunks);
