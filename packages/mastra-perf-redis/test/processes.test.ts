import {
  gate,
  service,
  startRedis,
  startSimulatedProvider,
  until,
  within,
  type Gate,
  type SimulatedProvider,
} from '@mastra-perf/testkit';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startAgentProcess, type AgentProcess } from './fixtures/agent-processes.ts';
import type { Tally } from './fixtures/process-protocol.ts';

/* Four processes, each with a Mastra of its own, on one Redis; all of them ask a model over HTTP that counts. */

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());

const PROCESSES = ['p0', 'p1', 'p2', 'p3'];

describe.skipIf(redis.skip)('equal calls in four processes', () => {
  let provider: SimulatedProvider;
  let admin: Redis;
  let prefix: string;
  let processes: AgentProcess[];
  /** Names of the processes whose calls reached the model, in order. */
  let asked: string[] = [];
  let door: Gate;
  let answer: { text: string; finishReason?: string };

  beforeAll(async () => {
    provider = await startSimulatedProvider({
      async answer(request) {
        asked.push(String(request.headers['x-request-id']));
        const { wait } = door;
        const given = answer;
        await wait();
        return given;
      },
    });
    admin = new Redis(redis.service.url);
    prefix = `${redis.service.prefix}${randomUUID()}`;
    processes = await Promise.all(PROCESSES.map(start));
  });
  afterAll(async () => {
    for (const one of processes ?? []) one.kill('SIGKILL');
    admin?.disconnect();
    await provider?.close();
  });
  beforeEach(() => {
    [asked, door, answer] = [[], gate(), { text: `The answer is ${randomUUID()}.` }];
  });
  afterEach(async () => {
    door.open();
    await Promise.all(processes.map((one) => one.flush()));
    await expectNoLeases();
  });

  async function expectNoLeases(): Promise<void> {
    expect(await admin.keys(`${prefix}:{c}:lease*`)).toEqual([]);
  }

  /** Connected, and it has asked a model before. */
  async function start(name: string): Promise<AgentProcess> {
    [door, answer] = [gate(), { text: 'Hello.' }];
    door.open();
    const one = await startAgentProcess({
      name,
      redisUrl: redis.service.url,
      prefix,
      providerUrl: provider.url,
      options: { storeTimeout: '2s' }, // here many processes share few cores
    });
    await until('it has stored an answer', async () => {
      const { errors } = await one.burst({ question: `Hello? ${randomUUID()}`, count: 2 });
      expect(errors).toEqual({});
      await one.flush();
      return (await one.stats()).store!.writes > 0;
    });
    return one;
  }

  /** All processes ask at once; resolves when all calls are under way and one of them has reached the model. */
  async function begin(each: number) {
    const question = `What? ${randomUUID()}`;
    const bursts = processes.map((one) => ({ one, tally: one.burst({ question, count: each }) }));
    for (const { tally } of bursts) tally.catch(() => undefined); // of a process that is killed
    await Promise.all(processes.map((one) => one.underWay(each)));
    await until('a call reaches the model', () => asked.length > 0);
    const leads = ({ one }: { one: AgentProcess }) => one.name === asked[0];
    return {
      question,
      leader: bursts.find(leads)!,
      others: bursts.filter((burst) => !leads(burst)),
      all: () => Promise.all(bursts.map(({ tally }) => tally)),
    };
  }

  test('are one model call, half generate and half stream', async () => {
    const { question, all } = await begin(100);
    door.open();
    const tallies = await all();
    expect(summed(tallies)).toEqual({
      texts: { [answer.text]: 400 },
      outcomes: { miss: 1, shared: 399 },
      errors: {},
    });
    expect(asked).toHaveLength(1);
    const again = await Promise.all(processes.map((one) => one.burst({ question, count: 100 })));
    expect(summed(again)).toMatchObject({ texts: { [answer.text]: 400 }, outcomes: { 'hit l1': 400 } });
    expect(asked).toHaveLength(1);
  });

  test('go on when the one that made the model call gives up', async () => {
    const { leader, all } = await begin(30);
    await leader.one.abort('all but one');
    door.open();
    expect(summed(await all())).toEqual({
      texts: { [answer.text]: 91 },
      outcomes: { shared: 91 },
      errors: { AbortError: 29 },
    });
    expect(asked).toHaveLength(1);
  });

  test('are asked again, once, when all of the process that made the model call give up', async () => {
    const { leader, all } = await begin(30);
    await leader.one.abort('all');
    await until('another process asks', () => asked.length > 1);
    door.open();
    expect(summed(await all())).toEqual({
      texts: { [answer.text]: 90 },
      outcomes: { miss: 1, shared: 89 },
      errors: { AbortError: 30 },
    });
    expect(asked).toHaveLength(2);
    expect(provider.log.filter(({ aborted }) => aborted)).toHaveLength(1);
  });

  test('are asked once by each process when the answer may not be stored', async () => {
    answer = { ...answer, finishReason: 'length' };
    const { question, all } = await begin(30);
    door.open();
    const tallies = await all();
    for (const tally of tallies) expect(tally.outcomes).toEqual({ miss: 1, shared: 29 });
    expect(summed(tallies).texts).toEqual({ [answer.text]: 120 });
    expect(asked.toSorted()).toEqual(PROCESSES);
    const again = await processes[0]!.burst({ question, count: 1 });
    expect(again.outcomes).toEqual({ miss: 1 });
  });

  test('are answered when the process that made the model call is killed, with one more call', async () => {
    const { leader, others } = await begin(30);
    leader.one.kill('SIGKILL');
    expect(await leader.one.exited).toMatchObject({ signal: 'SIGKILL' });
    processes = others.map(({ one }) => one);
    door.open();
    expect(summed(await Promise.all(others.map(({ tally }) => tally)))).toEqual({
      texts: { [answer.text]: 90 },
      outcomes: { miss: 1, shared: 89 },
      errors: {},
    });
    expect(asked).toHaveLength(2);
  });

  test('leave nothing behind: the processes end by themselves once the plugin is closed', async () => {
    for (const one of processes) expect(await one.events('fault')).toEqual([]);
    const ends = processes.map(async (one) => {
      await one.close();
      return one.exited;
    });
    for (const end of await within(5000, Promise.all(ends)))
      expect(end).toEqual({ code: 0, signal: null, output: '' });
    processes = [];
    expect(await admin.client('LIST')).not.toContain('name=mastra');
  });
});

/** The sum of several counts. */
function summed(tallies: readonly Tally[]): Tally {
  const sumOf = (kind: keyof Tally): Record<string, number> => {
    const total: Record<string, number> = {};
    for (const tally of tallies)
      for (const [name, count] of Object.entries(tally[kind])) total[name] = (total[name] ?? 0) + count;
    return total;
  };
  return { texts: sumOf('texts'), outcomes: sumOf('outcomes'), errors: sumOf('errors') };
}
