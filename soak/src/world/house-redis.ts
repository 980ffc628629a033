import { setTimeout } from 'node:timers/promises';
import { startRedis, startRedisSentinel } from '@mastra-perf/testkit';
import type { RedisConfig } from '../server/config.ts';

/** A Redis and what can happen to it. */
export interface HouseRedis extends AsyncDisposable {
  readonly config: RedisConfig;
  readonly faults: Readonly<Record<string, (lastMs: number) => Promise<void>>>;
}

export async function alone(): Promise<HouseRedis> {
  const redis = await startRedis();
  const mayBreak = redis.owned && {
    'redis killed': async (lastMs: number) => {
      redis.kill();
      await setTimeout(lastMs);
      await redis.restart();
    },
    'redis frozen': async (lastMs: number) => {
      redis.freeze();
      await setTimeout(lastMs);
      redis.thaw();
    },
  };
  return {
    config: { url: redis.url },
    faults: mayBreak || {},
    [Symbol.asyncDispose]: () => redis.stop(),
  };
}

export async function behindSentinel(): Promise<HouseRedis> {
  const redis = await startRedisSentinel();
  let isOver = false;
  return {
    config: { sentinel: { name: redis.name, sentinels: redis.sentinels } },
    faults: {
      'redis failed over': async () => {
        // There is one replica.
        if (isOver) return;
        isOver = true;
        await redis.failOver();
      },
    },
    [Symbol.asyncDispose]: () => redis.stop(),
  };
}
