import type { MastraLike } from '../host.ts';
import type { WarmAgent } from './agents-of.ts';

type Class<T> = new (config: object) => T;

const ID = 'mastra-perf-rehearsal';

/**
 * Has an agent and a Mastra of the same classes, with nothing of the app's own, answer twice: a good deal of code is loaded and compiled with
 * the first calls. They have a storage in memory and a model that answers at once, so nothing is stored, traced, counted or asked anywhere.
 * `processors` are those of the other Mastra.
 */
export async function rehearse(agent: WarmAgent, mastra: MastraLike, processors: object): Promise<boolean> {
  if (typeof agent.generate !== 'function') return false;
  const understudy = new (classOf<WarmAgent>(agent, 'getModel'))({
    id: ID,
    name: ID,
    instructions: 'Answer.',
    model: answering(),
    memory: await memoryLike(agent),
  });
  new (classOf<object>(mastra, 'addAgent'))({ agents: { [ID]: understudy }, logger: false, processors });
  for (const thread of ['first', 'second'])
    await understudy.generate?.('Hello', { memory: { thread, resource: ID } });
  return true;
}

/** Mastra's own: a class that is derived from it may want something else when it is made. */
function classOf<T>(instance: object, method: string): Class<T> {
  let prototype = instance;
  do prototype = Object.getPrototypeOf(prototype) as object;
  while (!Object.hasOwn(prototype, method));
  return prototype.constructor as Class<T>;
}

/** A memory as the agent has, which takes the storage of the Mastra that it meets. */
async function memoryLike(agent: WarmAgent): Promise<object | undefined> {
  const memory = await agent.getMemory?.();
  if (typeof memory !== 'object' || memory === null || !('recall' in memory)) return undefined;
  return new (classOf<object>(memory, 'recall'))({ options: { lastMessages: 10 } });
}

/** A model that answers at once. */
function answering(): object {
  const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
  const parts = [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0', delta: 'Hello' },
    { type: 'text-end', id: '0' },
    { type: 'finish', finishReason: 'stop', usage },
  ];
  return {
    specificationVersion: 'v2',
    provider: 'mastra-perf',
    modelId: 'rehearsal',
    supportedUrls: {},
    doGenerate: async () => ({
      content: [{ type: 'text', text: 'Hello' }],
      finishReason: 'stop',
      usage,
      warnings: [],
    }),
    doStream: async () => ({ stream: ReadableStream.from(parts) }),
  };
}
