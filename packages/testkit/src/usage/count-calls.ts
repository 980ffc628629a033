import { setImmediate } from 'node:timers/promises';
import { obey } from '../processes/obey.ts';
import type { CountingCommands } from './counting-process.ts';

/** What is used of a plugin. */
interface Counting {
  model<M extends object>(model: M, options: { readonly agent: string }): M;
  close(): Promise<void>;
}

const AGENTS = 2000;
const AT_ONCE = 50;

/** Of each call: 3 tokens in, 2 out. */
const model = {
  specificationVersion: 'v3',
  provider: 'mock',
  modelId: 'mock-model',
  supportedUrls: {},
  doGenerate: async (_options: object) => ({
    content: [{ type: 'text', text: 'a' }],
    finishReason: { unified: 'stop', raw: 'stop' },
    usage: {
      inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: 2, text: 2, reasoning: 0 },
    },
    warnings: [],
  }),
  doStream: () => Promise.reject(new Error('nobody streams here')),
};

/**
 * In a process of `startProcess()`: calls models for many agents without end, until it is told to stop, by a command or by
 * SIGTERM. Then it says how many calls have ended, and ends in that way.
 */
export function countCalls(perf: Counting): void {
  const prompt = [{ role: 'user', content: [{ type: 'text', text: 'a' }] }];
  const models = Array.from({ length: AGENTS }, (_, agent) => perf.model(model, { agent: `agent ${agent}` }));
  let begun = 0;
  let ended = 0;
  const stopping = new AbortController();

  const call = async (): Promise<void> => {
    await models[begun++ % AGENTS]?.doGenerate({ prompt });
    ended++;
  };
  const callWithoutEnd = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await Promise.all(Array.from({ length: AT_ONCE }, call));
      await setImmediate();
    }
  };
  const underWay = callWithoutEnd();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await underWay;
    process.stdout.write(`ended ${ended}\n`);
  };

  process.once('SIGTERM', () => void stop().then(() => process.kill(process.pid, 'SIGTERM')));
  obey<CountingCommands & { close(): Promise<void> }>({
    ended: async () => ended,
    async close() {
      await stop();
      await perf.close();
    },
    async letGo() {
      await stop();
      void setImmediate().then(() => process.disconnect());
    },
  });
}
