import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  gate,
  mockModel,
  service,
  startDelayProxy,
  startRedis,
  startSimulatedProvider,
  until,
  within,
} from '@mastra-perf/testkit';
import { Redis } from 'ioredis';
import {
  afterAll,
  afterEach,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
  type MockInstance,
} from 'vitest';
import { redisStore } from '../src/index.ts';
import { agentApp } from './fixtures/agent-app.ts';
import { startAgentProcess } from './fixtures/agent-processes.ts';
import { serverFaults } from './fixtures/server-faults.ts';
import { answerTo, storedPair, type WatchedApp } from './fixtures/stored-pair.ts';
import { watchUnhandled } from './fixtures/watch-unhandled.ts';

/* Whatever happens to the server or on the way to it, every call is answered, and rightly; afterwards all is as before. */

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());

const CALLS = 48;
const AT_ONCE = 8;

let warn: MockInstance<typeof process.emitWarning>;
let allHandled: () => Promise<void>;
beforeEach(() => {
  warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  allHandled = watchUnhandled();
});
afterEach(async () => {
  warn.mockRestore();
  await allHandled();
});

describe.skipIf(redis.skip ?? !redis.service.owned)('a server that is', () => {
  const tagged = { tags: ['kb'] };

  /** Asks so many at a time; fails with the first call that fails or is answered wrongly. */
  async function askAll({ ask }: WatchedApp, questions: readonly string[]): Promise<string[]> {
    const outcomes: string[] = [];
    for (let at = 0; at < questions.length; at += AT_ONCE) {
      const asked = questions.slice(at, at + AT_ONCE).map(async (question, index) => {
        const { text, outcome } = await ask(question, { ...tagged, streams: index % 2 === 1 });
        expect(text).toBe(answerTo(question));
        outcomes.push(outcome);
      });
      await within(4000, Promise.all(asked)); // long before the client itself gives up on a socket
      await setImmediate(); // the models answer at once: without it nothing would arrive in between
    }
    return outcomes;
  }
  const storeOf = ({ perf }: WatchedApp) => perf.cache.stats().store!;
  /** Usage may still be on its way then, and says so. */
  const flushed = (perf: WatchedApp['perf']): Promise<void> =>
    within(5000, perf.flush()).catch((error: unknown) =>
      expect(error).toMatchObject({ code: 'MASTRA_PERF_STORE' }),
    );

  /** What one stores the other one reads. */
  async function untilShared(from: WatchedApp, to: WatchedApp): Promise<void> {
    await until('what one process stores is read by the other', async () => {
      const [question] = newQuestions(1);
      await from.ask(question!, tagged);
      await flushed(from.perf);
      return (await to.ask(question!, tagged)).outcome === 'hit l2';
    });
  }

  /** Once per transition, in turns. */
  function expectTransitions(app: WatchedApp, opened: number, last: 'up' | 'down'): void {
    const states = app.storeEvents.map(({ state }) => state);
    expect(states).toEqual(states.map((_, index) => (index % 2 === 0 ? 'down' : 'up')));
    expect(states.at(-1)).toBe(last);
    expect(states.filter((state) => state === 'down')).toHaveLength(storeOf(app).opened - opened);
  }

  test.each(serverFaults(() => redis.service))('$name', async (fault) => {
    await using pair = await storedPair(redis.service);
    const { near, far, proxy } = pair;
    await untilShared(near, far);
    await untilShared(far, near);
    await near.ask('known in the store', tagged);
    await flushed(near.perf);
    await far.ask('known in memory', tagged);
    far.storeEvents.length = near.storeEvents.length = 0;
    const { opened } = storeOf(far);

    await fault.begin(pair);
    try {
      const asked = newQuestions(CALLS / 4).flatMap((one) => [
        one,
        'known in memory',
        'known in the store',
        one,
      ]);
      const outcomes = await askAll(far, asked);
      expect(outcomes).toHaveLength(CALLS);
      expect(far.model.calls.total).toBeGreaterThanOrEqual(CALLS / 4);

      await until('the store counts as down', async () => {
        await askAll(far, newQuestions(1));
        return storeOf(far).state === 'down';
      });
      expectTransitions(far, opened, 'down');

      // Now it is left alone: no call waits for it, and nothing is queued for it.
      const { rejected } = storeOf(far);
      const [failures, bytes, calls] = [far.failures.length, proxy.bytes.toTarget, far.model.calls.total];
      await askAll(far, newQuestions(20));
      expect(far.model.calls.total - calls).toBe(20);
      if (!fault.flickers) {
        expectTransitions(far, opened, 'down');
        expect(storeOf(far).rejected - rejected).toBeGreaterThanOrEqual(20);
        expect(far.failures.length - failures).toBe(0);
        expect(proxy.bytes.toTarget - bytes).toBeLessThan(5000); // probes, and what was on its way; the answers are 40 KB
      }

      await expect(within(5000, far.perf.cache.invalidate(tagged))).rejects.toMatchObject({
        code: 'MASTRA_PERF_STORE',
      });
      const { outcome } = await far.ask('known in memory', tagged);
      expect(outcome).toBe('miss');

      await flushed(far.perf);
      await within(5000, pair.another().perf.close());
      const third = pair.another();
      await askAll(third, newQuestions(2));
      await flushed(third.perf);
      await within(5000, third.perf.close());
    } finally {
      await fault.end(pair);
    }

    await until('the store is up again', () => storeOf(far).state === 'up' && storeOf(near).state === 'up');
    expectTransitions(far, opened, 'up');
    await untilShared(far, near);
    await untilShared(near, far);
    await until('the invalidation has reached the other process', async () => {
      const { text, outcome } = await near.ask('known in the store', tagged);
      expect(text).toBe(answerTo('known in the store'));
      return outcome === 'miss';
    });
    if (!fault.everywhere) expect(near.storeEvents).toEqual([]);
    expect([...far.faults, ...near.faults]).toEqual([]);
    await within(5000, far.perf.close());
  });

  test('restarted with what it has saved, in the middle of calls', async () => {
    await using pair = await storedPair(redis.service);
    const { near, far } = pair;
    await untilShared(near, far);
    const admin = new Redis(redis.service.url);
    onTestFinished(() => admin.disconnect());
    await near.ask('kept', { tags: ['kept'] });
    await near.ask('gone', { tags: ['gone'] });
    await flushed(near.perf);
    await far.ask('kept');
    await near.perf.cache.invalidate({ tags: ['gone'] });
    await admin.save();

    const restarted = redis.service.restart().then(() => true);
    let asked: Promise<unknown>;
    do asked = askAll(far, newQuestions(AT_ONCE));
    while (!(await Promise.race([restarted, asked.then(() => false)])));
    await asked;
    await untilShared(far, near);
    await untilShared(near, far);

    const third = pair.another();
    await untilShared(near, third);
    // What it has saved may lack an invalidation: nothing from before counts, in no process.
    for (const question of ['kept', 'gone']) expect((await third.ask(question)).outcome).toBe('miss');
    await flushed(third.perf);
    expect((await far.ask('kept')).outcome).toBe('hit l2');
  });

  test('cut in the middle of a long reply', async () => {
    await using pair = await storedPair(redis.service, {}, 800_000);
    const { near, far, proxy } = pair;
    await untilShared(near, far);
    await until('a reply was cut', async () => {
      const [question] = newQuestions(1);
      await near.ask(question!);
      await flushed(near.perf);
      const before = proxy.bytes.toClient;
      const asked = far.ask(question!);
      const isAnswered = asked.then(() => true);
      while (proxy.bytes.toClient - before < 50_000)
        if (await Promise.race([isAnswered, setImmediate(false)])) break;
      proxy.cut();
      const { text, outcome } = await asked;
      expect(text).toBe(answerTo(question!, 800_000));
      return outcome === 'miss';
    });
    await untilShared(near, far);
    expect(far.faults).toEqual([]);
  });

  test('frozen while hundreds of long answers are to be written: what waits is bounded, the rest is given up', async () => {
    const door = gate();
    const long = 'x'.repeat(100_000);
    const model = mockModel({ spec: 'v3', respond: async () => door.wait().then(() => ({ text: long })) });
    const store = redisStore({ url: redis.service.url, prefix: `${redis.service.prefix}${randomUUID()}` });
    const { perf, ask } = agentApp(model, { store, storeTimeout: '2s' });
    let writing = 0;
    perf.on('storeFailure', ({ operation }) => operation === 'setMany' && writing++);
    const asked = newQuestions(300).map((question) => ask(question));
    await until('all of them have reached the model', () => model.calls.total === 300);
    redis.service.freeze();
    door.open();
    const texts = await Promise.all(asked);
    expect(texts.every(({ text }) => text === long)).toBe(true);
    await flushed(perf);
    await within(5000, perf.close());
    redis.service.thaw();
    expect(perf.cache.stats().store).toMatchObject({ writes: 0, lostWrites: 300 });
    expect(writing).toBeGreaterThan(0);
    expect(writing).toBeLessThanOrEqual((16 * 1024 ** 2) / long.length);
  });
});

describe.skipIf(redis.skip ?? !redis.service.owned)(
  'a process ends by itself once the plugin is closed, while Redis is',
  () => {
    test.each(['frozen', 'frozen from the beginning', 'refusing from the beginning', 'killed'])(
      '%s',
      async (how) => {
        await using provider = await startSimulatedProvider();
        await using proxy = await startDelayProxy({ target: redis.service });
        if (how === 'frozen from the beginning') redis.service.freeze();
        if (how === 'refusing from the beginning') proxy.refuse();
        const one = await startAgentProcess({
          name: 'one',
          redisUrl: `redis://${proxy.host}:${proxy.port}`,
          prefix: `${redis.service.prefix}${randomUUID()}`,
          providerUrl: provider.url,
          options: {},
        });
        onTestFinished(() => one.kill('SIGKILL'));
        expect((await one.burst({ question: 'Before?', count: 10 })).errors).toEqual({});
        if (how === 'frozen') redis.service.freeze();
        if (how === 'killed') redis.service.kill();
        try {
          for (const question of newQuestions(5))
            expect((await one.burst({ question, count: 10 })).errors).toEqual({});
          await within(5000, one.close());
          const { code, signal, output } = await within(5000, one.exited);
          expect({ code, signal }).toEqual({ code: 0, signal: null });
          // Told once, for those who do not listen to events. That nobody answers at all is known after 2 s, or not before the end.
          const told = output.match(/MASTRA_PERF_STORE_DOWN/g)?.length ?? 0;
          expect(how === 'frozen from the beginning' ? Math.max(1, told) : told).toBe(1);
        } finally {
          if (how === 'killed') await redis.service.restart();
          else redis.service.thaw();
        }
      },
    );
  },
);

const newQuestions = (count: number): string[] => Array.from({ length: count }, () => randomUUID());
