import { setTimeout } from 'node:timers/promises';
import type { RedisServer } from '@mastra-perf/testkit';
import type { SystemName } from './answering/systems.ts';
import { onOwnRedis } from './own-redis.ts';
import { startMember, type Member, type RushResult } from './stampede/herd.ts';
import { startModelServer, type ModelServer } from './stampede/model-server.ts';
import type { Table } from './table.ts';
import { versionsLine } from './versions.ts';

const PROCESSES = 4;
const CALLS = 100;
const ROUNDS = 3;
const MODEL_MS = 1000;
const KILL_AFTER_MS = 300;
const OURS: SystemName = 'mastra-perf';
const compared: readonly SystemName[] = [OURS, 'bentocache', 'cacheable'];
const TITLE = `${PROCESSES} processes, each with ${CALLS} equal calls at once, one Redis`;

/** How often a model is asked what all processes ask at the same time. */
export const stampede = (): Promise<readonly Table[]> =>
  onOwnRedis(TITLE, async (redis) => {
    await using model = await startModelServer(MODEL_MS);
    const wrong: string[] = [];
    const rows: string[][] = [];
    for (const system of compared) rows.push(await together(system, redis, model, wrong));
    rows.push(await withoutLeader(redis, model, wrong));
    return [
      {
        title: TITLE,
        columns: ['case', 'model calls', 'answered', 'failed', 'longest call ms'],
        rows,
        notes: [
          `The model takes ${MODEL_MS} ms. ${ROUNDS} rounds with a new question each. In the last row the process that asks the model is killed (SIGKILL) ${KILL_AFTER_MS} ms later: its ${CALLS} calls are lost with it.`,
          versionsLine('bentocache', 'cacheable', '@keyv/redis', 'ioredis'),
        ],
        wrong,
      },
    ];
  });

const herd = (system: SystemName, redis: RedisServer, model: ModelServer, prefix: string) =>
  Promise.all(
    Array.from({ length: PROCESSES }, (_, index) =>
      startMember({ system, redisUrl: redis.url, prefix, modelUrl: model.url, name: `${system} ${index}` }),
    ),
  );

async function together(
  system: SystemName,
  redis: RedisServer,
  model: ModelServer,
  wrong: string[],
): Promise<string[]> {
  const members = await herd(system, redis, model, system);
  const counts: number[] = [];
  const results: RushResult[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const question = `${system}, round ${round}`;
    results.push(...(await Promise.all(members.map(({ rush }) => rush({ question, calls: CALLS })))));
    counts.push(model.askedBy(question).length);
  }
  await Promise.all(members.map(({ end }) => end()));
  if (system === OURS) {
    if (counts.some((count) => count !== 1))
      wrong.push(`${system}: ${counts.join(', ')} model calls, not 1 each`);
    wrong.push(...unanswered(system, results, ROUNDS * PROCESSES * CALLS));
  }
  return row(system, counts.join(', '), results);
}

async function withoutLeader(redis: RedisServer, model: ModelServer, wrong: string[]): Promise<string[]> {
  const name = `${OURS}, leader killed`;
  const members = await herd(OURS, redis, model, 'leader-killed');
  const question = 'who leads?';
  const rushes = new Map<Member, Promise<RushResult>>(
    members.map((member) => [member, member.rush({ question, calls: CALLS })]),
  );
  const leader = await model.firstToAsk(question);
  await setTimeout(KILL_AFTER_MS);
  const dead = members.find((member) => member.name === leader);
  const lost = dead && rushes.get(dead)?.catch(() => undefined); // it ends without an answer, as is meant
  dead?.kill();
  await lost;
  const survivors = members.filter((member) => member !== dead);
  const results = (await Promise.all(survivors.map((member) => rushes.get(member)))).filter(
    (one) => one !== undefined,
  );
  await Promise.all(survivors.map(({ end }) => end()));
  const count = model.askedBy(question).length;
  if (count > 2) wrong.push(`${name}: ${count} model calls, more than 2`);
  wrong.push(...unanswered(name, results, survivors.length * CALLS));
  return row(name, `${count}`, results);
}

const sum = (results: readonly RushResult[], field: keyof RushResult): number =>
  results.reduce((total, result) => total + result[field], 0);

function unanswered(name: string, results: readonly RushResult[], expected: number): string[] {
  const answered = sum(results, 'answered');
  return answered === expected ? [] : [`${name}: ${answered} calls answered, not ${expected}`];
}

function row(name: string, modelCalls: string, results: readonly RushResult[]): string[] {
  const longest = Math.max(...results.map(({ longestMs }) => longestMs));
  const failed = sum(results, 'failed') + sum(results, 'wrong');
  return [name, modelCalls, `${sum(results, 'answered')}`, `${failed}`, longest.toFixed(0)];
}
