import { ServiceUnavailableError, startRedis, type RedisServer } from '@mastra-perf/testkit';
import { Redis } from 'ioredis';
import type { Table } from './table.ts';

/** Runs a bench on a Redis of its own, on loopback; without one, says how to get it instead. */
export async function onOwnRedis(
  title: string,
  run: (redis: RedisServer) => Promise<readonly Table[]>,
): Promise<readonly Table[]> {
  const skipped = (why: string): readonly Table[] => [
    { title, columns: [], rows: [], notes: [`Skipped. ${why}`] },
  ];
  let redis: RedisServer;
  try {
    redis = await startRedis();
  } catch (error) {
    if (error instanceof ServiceUnavailableError)
      return skipped(`${error.message} For this bench, REDIS_URL does not do.`);
    throw error;
  }
  try {
    if (redis.owned) return withServer(await versionOf(redis.url), await run(redis));
    return skipped(
      'REDIS_URL is set, and these figures need a server that nobody else uses: unset it, and have redis-server on the PATH.',
    );
  } finally {
    await redis.stop();
  }
}

async function versionOf(url: string): Promise<string> {
  const client = new Redis(url);
  const info = await client.info('server');
  client.disconnect();
  const names = ['valkey_version', 'redis_version'];
  const [name, version] = names
    .map((field) => [field, new RegExp(`^${field}:(.+?)\\r?$`, 'm').exec(info)?.[1]])
    .find((pair) => pair[1] !== undefined) ?? ['server', 'unknown'];
  return `${name?.replace('_version', '')} ${version}`;
}

const withServer = (server: string, [first, ...rest]: readonly Table[]): readonly Table[] =>
  first ? [{ ...first, notes: [...first.notes, `Server: ${server}, on loopback.`] }, ...rest] : [];
