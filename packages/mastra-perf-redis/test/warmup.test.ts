import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { mockModel, service, startDelayProxy, startRedis } from '@mastra-perf/testkit';
import { createPerf, type PerfOptions, type WarmUpReport } from 'mastra-perf';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { redisStore } from '../src/index.ts';

vi.setConfig({ testTimeout: 60_000 });

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());

async function anApp(prefix: string, options: PerfOptions = {}) {
  const proxy = await startDelayProxy({ target: redis.service });
  const store = redisStore({ url: `redis://${proxy.host}:${proxy.port}`, prefix });
  const perf = createPerf({ ...options, store });
  const model = mockModel();
  const agent = new Agent({ id: 'a', name: 'a', instructions: 'Answer.', model: model as never });
  new Mastra({ agents: { a: agent }, storage: new InMemoryStore(), logger: false, processors: { perf } });
  onTestFinished(async () => {
    await perf.close();
    await proxy.close();
  });
  return { proxy, perf, agent, model };
}

const statusOf = ({ parts }: WarmUpReport, name: string) => parts.find((part) => part.name === name)?.status;

/** The first connection has 2 s, which a busy machine may take for something else. */
const connected = ({ perf }: Awaited<ReturnType<typeof anApp>>) =>
  expect
    .poll(async () => statusOf(await perf.warmup({ preload: false, rehearsal: false }), 'store'), {
      timeout: 20_000,
    })
    .toBe('done');

describe.skipIf(redis.skip)('perf.warmup() on Redis', () => {
  test('takes into memory what another process has given most often; what was invalidated stays away', async () => {
    const first = await anApp('warm:', { storeTimeout: '10s' });
    await connected(first);
    const ask = (app: typeof first, question: string) =>
      app.agent.generate(question, { requestContext: app.perf.context({ tags: [question] }) });
    for (const question of ['one', 'two', 'one', 'two']) await ask(first, question);
    await first.perf.flush();
    await first.perf.cache.invalidate({ tags: ['two'] });
    await first.perf.close();

    const second = await anApp('warm:', { storeTimeout: '10s' });
    await connected(second);
    const report = await second.perf.warmup();
    expect(report.parts.find(({ name }) => name === 'answers')).toMatchObject({
      status: 'done',
      detail: '1 answers are in memory',
    });
    const one = await ask(second, 'one');
    expect(second.perf.outcome(one)).toMatchObject({ outcome: 'hit', tier: 'l1' });
    expect(second.model.calls.total).toBe(0);
    expect(second.perf.outcome(await ask(second, 'two'))).toMatchObject({ outcome: 'miss' });
  });

  test.each([
    ['takes connections and says nothing', 'freeze'],
    ['refuses connections', 'refuse'],
  ] as const)(
    'is delayed by its time at most when the server %s, and done when it is back',
    async (_, fault) => {
      const { proxy, perf, agent } = await anApp(`${fault}:`);
      proxy[fault]();
      const begun = performance.now();
      const report = await perf.warmup({ timeout: 700, rehearsal: false });
      expect(performance.now() - begun).toBeLessThan(3_000);
      expect(['late', 'failed']).toContain(statusOf(report, 'store'));
      expect(statusOf(report, 'storage')).toBe('done');
      expect((await agent.generate('Hello')).text).not.toBe('');

      if (fault === 'freeze') proxy.thaw();
      else await proxy.accept();
      await expect
        .poll(async () => statusOf(await perf.warmup({ timeout: 700, rehearsal: false }), 'store'), {
          timeout: 20_000,
        })
        .toBe('done');
    },
  );
});
