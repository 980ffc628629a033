import { setTimeout } from 'node:timers/promises';
import type { RedisServer } from '@mastra-perf/testkit';
import { Redis } from 'ioredis';
import { longAnswerDeltas, longAnswerText } from './long-answer.ts';
import { mastraChunks } from './mastra-chunks.ts';
import { medians } from './measure.ts';
import { onOwnRedis } from './own-redis.ts';
import { bytesUnder } from './redis-watch.ts';
import { roundTrips } from './round-trips.ts';
import {
  bentocacheHit,
  cacheableHit,
  isTheAnswer,
  mastraHit,
  mastraPerfHit,
  PAUSE_MS,
  type StoreHit,
} from './store-hits.ts';
import type { Table } from './table.ts';
import { versionsLine } from './versions.ts';

const rounds = { warm: 150, measured: 501 };
const TITLE = `Answer of ${longAnswerDeltas.length} deltas, ${longAnswerText.length} B of text, read from Redis`;

/** What an answer costs that another process has stored. */
export const cacheStore = (): Promise<readonly Table[]> =>
  onOwnRedis(TITLE, async (redis) => [await hits(redis), await roundTrips(redis)]);

async function hits({ url }: RedisServer): Promise<Table> {
  const stored = await mastraChunks();
  const mastra = await mastraHit(url, stored);
  const all = [
    mastra,
    await mastraPerfHit(url),
    await bentocacheHit(url, stored),
    await cacheableHit(url, stored),
  ];
  const wrong = new Set<string>();
  const redis = new Redis(url);
  const bytes = new Map<StoreHit, Awaited<ReturnType<typeof bytesUnder>>>();
  for (const one of all) bytes.set(one, await bytesUnder(redis, one.prefix));
  redis.disconnect();

  const check = (name: string, text: string): void => {
    if (!isTheAnswer(text)) wrong.add(`${name} gave another text`);
  };
  const result = await medians(
    all.flatMap(({ name, forget, whole, streamed }) => {
      const prepare = async (): Promise<void> => {
        await setTimeout(PAUSE_MS);
        await forget?.();
      };
      return [
        { name: `${name} whole`, prepare, run: async () => check(name, await whole()) },
        { name: `${name} streamed`, prepare, run: async () => check(name, await streamed()) },
      ];
    }),
    rounds,
  );
  for (const one of all) for (const fault of one.faults()) wrong.add(fault);
  await Promise.all(all.map(({ close }) => close()));

  const of = (one: StoreHit) => ({
    values: bytes.get(one)?.values ?? Number.NaN,
    memory: bytes.get(one)?.memory ?? Number.NaN,
    whole: result.get(`${one.name} whole`) ?? Number.NaN,
    streamed: result.get(`${one.name} streamed`) ?? Number.NaN,
  });
  const base = of(mastra);
  return {
    title: TITLE,
    columns: [
      'cache',
      'bytes',
      'ratio',
      'memory in Redis',
      'hit, whole ms',
      'ratio',
      'hit, streamed ms',
      'ratio',
    ],
    rows: all.map((one) => {
      const { values, memory, whole, streamed } = of(one);
      return [
        one.name,
        `${values}`,
        (values / base.values).toFixed(2),
        `${memory}`,
        whole.toFixed(3),
        (whole / base.whole).toFixed(2),
        streamed.toFixed(3),
        (streamed / base.streamed).toFixed(2),
      ];
    }),
    notes: [
      `Ratios are to Mastra's. The others store what Mastra's ResponseCache stores, one record for each delta, taken from a real agent. ${rounds.measured} interleaved rounds after ${rounds.warm} to warm up, loopback, nothing in memory beforehand.`,
      'For mastra-perf a hit is a whole model call: key, look-up, invalidations, parts, usage and outcome. For the others it is a look-up under a known key and, streamed, a bare stream of the pieces.',
      versionsLine('@mastra/redis', 'bentocache', 'cacheable', '@keyv/redis', 'ioredis'),
    ],
    wrong: [...wrong],
  };
}
