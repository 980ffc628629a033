import { mockModel, startDelayProxy, type RedisServer } from '@mastra-perf/testkit';
import { createPerf } from 'mastra-perf';
import { redisStore } from 'mastra-perf-redis';
import { drained, promptOf, questionOf } from './answering/prompt.ts';
import { longAnswer } from './long-answer.ts';
import { watchCommands } from './redis-watch.ts';
import type { Table } from './table.ts';

/** Added to every round trip: so much longer than anything else that waiting for one can be counted. */
const TRIP_MS = 200;
const PREFIX = 'trips';
const TIMES = 3;
/** What a caller may wait for. */
const EXPECTED: Readonly<Record<string, number>> = { 'hit in memory': 0, 'hit in the store': 1 };

/** What a call of ours asks of Redis, and for how much of that its caller waits. */
export async function roundTrips(redis: RedisServer): Promise<Table> {
  await using proxy = await startDelayProxy({ target: redis });
  const model = mockModel({ spec: 'v3', respond: (options) => ({ ...longAnswer, ...said(options) }) });
  const perfAt = (port: number) =>
    createPerf({
      store: redisStore({ url: `redis://127.0.0.1:${port}`, prefix: PREFIX }),
      storeTimeout: '10s',
    });
  const [perf, elsewhere] = [perfAt(proxy.port), perfAt(redis.port)];
  const [here, there] = [perf.model(model), elsewhere.model(model)];
  const ask = async (asked: typeof here, question: string): Promise<string> =>
    drained((await asked.doStream(promptOf(question))).stream);

  // Connections, subscriptions and scripts are there before anything is counted.
  await Promise.all([ask(here, 'first'), ask(there, 'first of another')]);
  await Promise.all([perf.flush(), elsewhere.flush()]);
  const watch = await watchCommands(redis.url);
  const wrong: string[] = [];

  const counted = async (name: string, question: (time: number) => string): Promise<string[]> => {
    const trips: number[] = [];
    let commands: readonly string[] = [];
    for (let time = 0; time < TIMES; time++) {
      await watch.taken();
      proxy.setDelay(TRIP_MS / 2);
      const begun = performance.now();
      const text = await ask(here, question(time));
      trips.push(Math.round((performance.now() - begun) / TRIP_MS));
      if (text !== longAnswer.text) wrong.push(`${name}: another text`);
      proxy.setDelay(0);
      await perf.flush();
      commands = await watch.taken();
    }
    const [most, expected] = [Math.max(...trips), EXPECTED[name]];
    if (expected !== undefined && most !== expected)
      wrong.push(`${name}: the caller waits for ${most} round trips, not ${expected}`);
    return [name, `${most}`, `${commands.length}`, summary(commands)];
  };

  const rows = [
    await counted('miss', (time) => `new ${time}`),
    await counted('hit in memory', () => 'new 0'),
  ];
  for (let time = 0; time < TIMES; time++) await ask(there, `from elsewhere ${time}`);
  await elsewhere.flush();
  const asked = model.calls.total;
  rows.push(await counted('hit in the store', (time) => `from elsewhere ${time}`));
  if (model.calls.total !== asked) wrong.push('hit in the store: the model was asked');
  watch.close();
  await Promise.all([perf.close(), elsewhere.close()]);
  return {
    title: 'mastra-perf: Redis commands of one call',
    columns: ['call', 'round trips waited for', 'commands', 'which'],
    rows,
    notes: [
      `Commands by MONITOR, those after the answer included, those inside of a script not. Round trips are the time of the call over a proxy that delays each by ${TRIP_MS} ms; commands that are sent together are one.`,
    ],
    wrong,
  };
}

/** Every question has the same answer; that it was asked is what counts. */
const said = (options: Parameters<typeof questionOf>[0]) => ({ responseId: `of ${questionOf(options)}` });

function summary(commands: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const command of commands) counts.set(command, (counts.get(command) ?? 0) + 1);
  return [...counts].map(([command, count]) => (count === 1 ? command : `${count} ${command}`)).join(', ');
}
