import KeyvRedis from '@keyv/redis';
import { RedisServerCache } from '@mastra/redis';
import { mockModel } from '@mastra-perf/testkit';
import { BentoCache, bentostore } from 'bentocache';
import { redisDriver } from 'bentocache/drivers/redis';
import { Cacheable } from 'cacheable';
import { Redis } from 'ioredis';
import { createPerf } from 'mastra-perf';
import { redisStore } from 'mastra-perf-redis';
import { drained, promptOf, textOf } from './answering/prompt.ts';
import { longAnswer, longAnswerText } from './long-answer.ts';

const TTL_MS = 3_600_000;
const KEY = 'answer';
const MEMORY_TTL_MS = 1;
/** Before each hit, of every cache alike. */
export const PAUSE_MS = 2 * MEMORY_TTL_MS;

/** One answer in Redis, and how it is read by a process that does not have it in memory. */
export interface StoreHit {
  readonly name: string;
  /** Part of all its keys. */
  readonly prefix: string;
  /** Takes it out of memory, where it does not expire within the pause before each hit. */
  readonly forget?: () => Promise<unknown>;
  /** Gives the text of the answer, read whole. */
  readonly whole: () => Promise<string>;
  /** The same, streamed piece by piece. */
  readonly streamed: () => Promise<string>;
  /** What is not as it must be at the end. */
  readonly faults: () => string[];
  readonly close: () => Promise<unknown>;
}

type Stored = { readonly chunks: readonly unknown[] };

export async function mastraPerfHit(url: string): Promise<StoreHit> {
  const prefix = 'ours';
  const model = mockModel({ spec: 'v3', respond: () => longAnswer });
  const perf = createPerf({
    store: redisStore({ url, prefix }),
    storeTimeout: '5s', // a hit that takes too long would be a miss, and another figure
    cache: { ttl: TTL_MS, memoryTtl: MEMORY_TTL_MS },
  });
  const asked = perf.model(model);
  const prompt = promptOf('a question');
  const streamed = async () => drained((await asked.doStream(prompt)).stream);
  await streamed();
  await perf.flush();
  let reads = 0;
  return {
    name: 'mastra-perf',
    prefix,
    async whole() {
      reads++;
      return textOf(await asked.doGenerate(prompt));
    },
    streamed() {
      reads++;
      return streamed();
    },
    faults() {
      const hits = perf.cache.stats().store?.hits;
      return [
        ...(model.calls.total === 1
          ? []
          : [`mastra-perf asked the model ${model.calls.total} times, not once`]),
        ...(hits === reads ? [] : [`mastra-perf read ${hits} answers from the store, not ${reads}`]),
      ];
    },
    close: () => perf.close(),
  };
}

export async function mastraHit(url: string, stored: Stored): Promise<StoreHit> {
  const prefix = 'mastra-own';
  const client = new Redis(url);
  const cache = new RedisServerCache({ client: client as never }, { keyPrefix: `${prefix}:` });
  await cache.set(KEY, stored, TTL_MS);
  return peer(
    'Mastra RedisServerCache',
    prefix,
    () => cache.get(KEY),
    async () => client.disconnect(),
  );
}

export async function bentocacheHit(url: string, stored: Stored): Promise<StoreHit> {
  const prefix = 'bento';
  const { hostname: host, port } = new URL(url);
  const connection = { host, port: Number(port) };
  const cache = new BentoCache({
    default: 'redis',
    prefix,
    ttl: TTL_MS,
    stores: { redis: bentostore().useL2Layer(redisDriver({ connection })) },
  });
  await cache.set({ key: KEY, value: stored });
  return peer(
    'bentocache',
    prefix,
    () => cache.get({ key: KEY }),
    () => cache.disconnectAll(),
  );
}

export async function cacheableHit(url: string, stored: Stored): Promise<StoreHit> {
  const prefix = 'cacheable';
  const secondary = new KeyvRedis(url, { namespace: prefix });
  const cache = new Cacheable({ ttl: TTL_MS, namespace: prefix, secondary });
  await cache.set(KEY, stored);
  return {
    ...peer(
      'cacheable',
      prefix,
      () => cache.get(KEY),
      () => cache.disconnect(),
    ),
    forget: () => cache.primary.delete(KEY),
  };
}

/** What replays an answer at the least: its pieces as a stream. */
function peer(
  name: string,
  prefix: string,
  get: () => Promise<unknown>,
  close: () => Promise<unknown>,
): StoreHit {
  const piecesOf = async (): Promise<readonly object[]> => {
    const found = (await get()) as { chunks: { payload: { text?: string } }[] } | undefined;
    if (!found) throw new Error(`${name} has no answer`);
    return found.chunks.map(({ payload }) => ({ delta: payload.text ?? '' }));
  };
  return {
    name,
    prefix,
    whole: async () =>
      textOf({ content: (await piecesOf()).map((piece) => ({ text: Reflect.get(piece, 'delta') })) }),
    streamed: async () => drained(ReadableStream.from(await piecesOf()) as ReadableStream<object>),
    faults: () => [],
    close,
  };
}

export const isTheAnswer = (text: string): boolean => text === longAnswerText;
