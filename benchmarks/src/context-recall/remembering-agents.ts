import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core/mastra';
import { InMemoryStore } from '@mastra/core/storage';
import { Memory } from '@mastra/memory';
import { mockModel } from '@mastra-perf/testkit';
import { createPerf, type ContextWindowOptions, type PerfEvents } from 'mastra-perf';
import type { SentMessage } from './o200k.ts';

const THREAD = 't';
const RESOURCE = 'r';

export interface ToRemember {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly createdAt: string;
}

export interface AgentPlan {
  readonly id: string;
  readonly instructions: string;
  readonly memory: Memory;
  /** Absent where there is no plugin. */
  readonly context?: ContextWindowOptions;
  /** More fields of the agent. */
  readonly agent?: object;
}

/** Real agents in a real Mastra that share one thread. What they are asked is not stored. */
export interface RememberingAgents {
  /** The prompt that reached the model. */
  ask(id: string, question: string): Promise<readonly SentMessage[]>;
  /** Resolves when the index holds what is stored. */
  warm(): Promise<void>;
  readonly faults: readonly PerfEvents['fault'][];
  close(): Promise<void>;
}

export function rememberingAgents(storage: InMemoryStore, plans: readonly AgentPlan[]): RememberingAgents {
  const faults: PerfEvents['fault'][] = [];
  const contexts = plans.flatMap(({ id, context }) => (context ? [[id, { context }] as const] : []));
  const perf =
    contexts.length > 0
      ? createPerf({
          cache: false,
          coalesce: false,
          usage: false,
          latency: false,
          storage: false,
          agents: Object.fromEntries(contexts),
        })
      : undefined;
  perf?.on('fault', (fault) => faults.push(fault));
  let sent: readonly SentMessage[] = [];
  const model = mockModel({
    spec: 'v3',
    provider: 'openai',
    modelId: 'gpt-4o-mini',
    respond({ prompt }) {
      sent = prompt as readonly SentMessage[];
      return { text: 'yes' };
    },
  });
  const agents = new Map(
    plans.map(({ id, instructions, memory, agent }) => [
      id,
      new Agent({ id, name: id, instructions, model, memory, ...agent } as never),
    ]),
  );
  const byId: Record<string, Agent> = Object.fromEntries(agents);
  new Mastra({ agents: byId, logger: false, storage, ...(perf && { processors: { perf } }) });
  return {
    faults,
    async ask(id, question) {
      sent = [];
      await agents.get(id)?.generate(question, {
        memory: { thread: THREAD, resource: RESOURCE, options: { readOnly: true } },
      });
      return sent;
    },
    warm: async () => perf?.flush(),
    close: async () => perf?.close(),
  };
}

/** A memory with the thread that the agents share. */
export async function sharedThread(
  storage: InMemoryStore,
  options: ConstructorParameters<typeof Memory>[0],
): Promise<Memory> {
  const memory = new Memory({ storage, ...options });
  if (!(await memory.getThreadById({ threadId: THREAD })))
    await memory.createThread({ threadId: THREAD, resourceId: RESOURCE });
  return memory;
}

/** Stores messages as this memory does: with vectors, if it has semantic recall. */
export async function remember(memory: Memory, messages: readonly ToRemember[]): Promise<void> {
  const rows = messages.map(({ id, role, text, createdAt }) => ({
    id,
    role,
    threadId: THREAD,
    resourceId: RESOURCE,
    createdAt: new Date(createdAt),
    content: { format: 2 as const, parts: [{ type: 'text' as const, text }] },
  }));
  await memory.saveMessages({ messages: rows });
}
