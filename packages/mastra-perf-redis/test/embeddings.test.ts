import { randomUUID } from 'node:crypto';
import {
  service,
  startProcess,
  startRedis,
  startSimulatedProvider,
  until,
  type SimulatedProvider,
  type StartedProcess,
} from '@mastra-perf/testkit';
import { Redis } from 'ioredis';
import type { PerfOptions } from 'mastra-perf';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EmbeddingCommands } from './fixtures/embedding-process.ts';

/* Processes that embed the same texts, on one Redis. */

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());

const TEXTS = Array.from({ length: 40 }, (_, index) => `text number ${index}`);

describe.skipIf(redis.skip)('texts that several processes embed', () => {
  let provider: SimulatedProvider;
  let prefix: string;
  let before = 0;
  let processes: (EmbeddingCommands & StartedProcess)[] = [];

  beforeAll(async () => {
    provider = await startSimulatedProvider();
  });
  afterAll(() => provider?.close());
  beforeEach(() => {
    before = provider.log.length;
    prefix = `${redis.service.prefix}${randomUUID()}`;
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((one) => one.close()));
  });

  async function start(options?: Omit<PerfOptions, 'store'>) {
    const one = await startProcess<EmbeddingCommands>({
      program: new URL('fixtures/embedding-process.ts', import.meta.url),
      config: {
        name: `e${processes.length}`,
        redisUrl: redis.service.url,
        prefix,
        providerUrl: provider.url,
        options,
      } as {
        readonly name: string;
      },
      commands: ['embed', 'stats', 'clear', 'flush', 'close'],
    });
    processes.push(one);
    return one;
  }
  const log = () => provider.log.slice(before);
  const asked = () => log().flatMap(({ texts = [] }) => texts);

  test('are embedded once, in one request, and have the same vectors to the last bit everywhere', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    const vectors = await one.embed(TEXTS);
    await one.flush();
    expect(log()).toHaveLength(1);
    expect(await other.embed([...TEXTS].toReversed())).toEqual(vectors.toReversed());
    expect(await other.embed(TEXTS)).toEqual(vectors);
    expect(asked().toSorted()).toEqual(TEXTS.toSorted());
    expect(await one.stats()).toMatchObject({ requests: 1, store: { writes: TEXTS.length } });
    expect(await other.stats()).toMatchObject({ requests: 0, storeHits: 40, hits: 40, store: { hits: 40 } });
  });

  test('are embedded anew by all of them after one has cleared everything', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    await one.embed(TEXTS);
    await one.flush();
    await other.embed(TEXTS);
    expect((await other.stats()).entries).toBe(40);
    await one.clear();
    await until('the other process was told', async () => (await other.stats()).entries === 0);
    await other.embed(TEXTS);
    expect(log()).toHaveLength(2);
    await other.flush();
    await one.embed(TEXTS);
    expect(log()).toHaveLength(2);
  });

  test('lie encrypted in the store where answers would, and only there', async () => {
    const encryptionKeys = 'a'.repeat(64);
    const one = await start({ cache: { encryptionKeys } });
    const [vector = []] = await one.embed(['a secret']);
    await one.flush();
    const admin = new Redis(redis.service.url);
    const numbers = Buffer.from(
      vector.every((number) => Math.fround(number) === number)
        ? Float32Array.from(vector).buffer
        : Float64Array.from(vector).buffer,
    );
    const values = await stored(admin);
    admin.disconnect();
    expect(values.some((value) => value.includes(Buffer.from('mpev')))).toBe(true);
    expect(values.some((value) => value.includes(numbers))).toBe(false);
    const friend = await start({ cache: { encryptionKeys } });
    expect(await friend.embed(['a secret'])).toEqual([vector]);
    expect(log()).toHaveLength(1);
  });

  async function stored(admin: Redis): Promise<Buffer[]> {
    const found: Buffer[] = [];
    for (const key of await admin.keys(`${prefix}*`)) {
      const type = await admin.type(key);
      if (type === 'string') found.push((await admin.getBuffer(key)) ?? Buffer.alloc(0));
      if (type === 'hash') found.push(...Object.values(await admin.hgetallBuffer(key)));
    }
    return found;
  }
});
