import { randomUUID } from 'node:crypto';
import {
  service,
  startCountingProcess,
  startDelayProxy,
  startRedis,
  until,
  type CountingEnd,
  type CountingProcess,
} from '@mastra-perf/testkit';
import { createPerf } from 'mastra-perf';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { redisStore } from '../src/index.ts';

/* What processes have counted is on the server when they have ended, and no call twice. */

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());
vi.setConfig({ testTimeout: 120_000 });

const CALLS = 50_000;
const newPrefix = (): string => `${redis.service.prefix}${randomUUID()}`;

async function counting(
  prefix: string,
  name = 'counting',
  url = redis.service.url,
): Promise<CountingProcess> {
  const program = new URL('fixtures/counting-process.ts', import.meta.url);
  const started = await startCountingProcess({ program, config: { name, url, prefix } as { name: string } });
  onTestFinished(() => started.kill('SIGKILL'));
  return started;
}

/** As another process reports it. */
async function reported(prefix: string) {
  await using perf = createPerf({ store: redisStore({ url: redis.service.url, prefix }) });
  const [all] = await perf.usage.report({ by: [] });
  const agents = await perf.usage.report({ by: ['agent'] });
  return {
    calls: all?.calls,
    modelCalls: all?.modelCalls,
    inputTokens: all?.spent.inputTokens,
    outputTokens: all?.spent.outputTokens,
    agents: agents.length,
    ofAgents: agents.reduce((sum, { calls }) => sum + calls, 0),
  };
}

const all = (calls: number) => ({
  calls,
  modelCalls: calls,
  inputTokens: 3 * calls,
  outputTokens: 2 * calls,
  agents: 2000,
  ofAgents: calls,
});

describe.skipIf(redis.skip)('of 50,000 calls none is lost', () => {
  test.each<CountingEnd>(['SIGTERM', 'close', 'nothing to do'])('when the end is: %s', async (how) => {
    const prefix = newPrefix();
    const one = await counting(prefix);
    await one.untilEnded(CALLS);
    const calls = await one.end(how);
    expect(calls).toBeGreaterThanOrEqual(CALLS);
    expect(await reported(prefix)).toEqual(all(calls));
  });

  test('by two processes on one server', async () => {
    const prefix = newPrefix();
    const both = await Promise.all(['first', 'second'].map((name) => counting(prefix, name)));
    await Promise.all(both.map((one) => one.untilEnded(CALLS / 2)));
    const [first = 0, second = 0] = await Promise.all(both.map((one) => one.end('SIGTERM')));
    expect(await reported(prefix)).toEqual(all(first + second));
  });

  test('or counted twice when the server is away for a while, and answers were lost', async () => {
    const prefix = newPrefix();
    await using proxy = await startDelayProxy({ target: redis.service });
    const one = await counting(prefix, 'cut off', `redis://127.0.0.1:${proxy.port}`);
    await one.untilEnded(CALLS / 5);
    for (let times = 0; times < 5; times++) {
      const { toClient } = proxy.bytes;
      await until('the server has answered', () => proxy.bytes.toClient > toClient);
      proxy.cut();
    }
    proxy.refuse();
    proxy.cut();
    await one.untilEnded(CALLS / 2);
    const before = await reported(prefix);
    await one.untilEnded(CALLS);
    expect(await reported(prefix)).toEqual(before);
    await proxy.accept();
    await until('it is back', async () => ((await reported(prefix)).calls ?? 0) > (before.calls ?? 0));
    const calls = await one.end('SIGTERM');
    expect(await reported(prefix)).toEqual(all(calls));
  });
});
