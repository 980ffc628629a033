import { service, startRedis } from '@mastra-perf/testkit';
import { RedisStore } from '@mastra/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';

export interface FastServer {
  /** Why the tests must be skipped. RedisStore has no key prefix, and commands are counted: the server must be ours alone. */
  readonly skip: string | undefined;
  /** A client that counts as nothing of the stores. */
  admin(): Redis;
  open(database?: number): Promise<RedisStore>;
  /** What the server was asked during `work`, by command. */
  commands(work: () => Promise<unknown>): Promise<Readonly<Record<string, number>>>;
  /** What the server was asked during `work`, with arguments. */
  sent(work: () => Promise<unknown>): Promise<string[][]>;
}

export async function fastServer(): Promise<FastServer> {
  const redis = await service(startRedis, 'Redis');
  const skip = redis.skip ?? (redis.service.owned ? undefined : 'the server of REDIS_URL is not ours alone');
  let admin: Redis;
  const opened: RedisStore[] = [];
  beforeAll(() => {
    if (!skip) admin = new Redis(redis.service.url);
  });
  afterAll(async () => {
    if (redis.skip) return;
    for (const store of opened) await store.close();
    if (!skip) admin.disconnect();
    await redis.service.stop();
  });

  return {
    skip,
    admin: () => admin,
    async open(database = 0) {
      const { host, port } = redis.service;
      const store = new RedisStore({ id: 'store', host, port, db: database });
      await store.init();
      opened.push(store);
      return store;
    },
    async commands(work) {
      await admin.config('RESETSTAT');
      await work();
      const counts: Record<string, number> = {};
      for (const [, name = '', calls] of (await admin.info('commandstats')).matchAll(
        /cmdstat_(\S+):calls=(\d+)/g,
      ))
        if (!/^(config|info)/.test(name)) counts[name] = Number(calls);
      return counts;
    },
    async sent(work) {
      const monitor = await admin.monitor();
      const seen: string[][] = [];
      monitor.on('monitor', (_time: string, args: string[]) => seen.push(args));
      await work();
      const end = `end-${Math.random()}`;
      await new Promise<void>((resolve) => {
        monitor.on('monitor', (_time: string, args: string[]) => args.includes(end) && resolve());
        void admin.echo(end);
      });
      monitor.disconnect();
      return seen.filter((args) => !args.includes(end));
    },
  };
}
