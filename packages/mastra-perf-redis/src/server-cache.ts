import { MastraServerCache } from '@mastra/core/cache';
import { PerfConfigError, type PerfStore } from 'mastra-perf';
import { deleteMatching } from './delete-matching.ts';
import { isReply } from './failures.ts';
import { incrementScript, pushIndexedScript, pushScript } from './hosted-scripts.ts';
import { SHARED, type Shared } from './shared.ts';
import type { Sender } from './sender.ts';

export interface RedisServerCacheOptions {
  /**
   * How long something is kept after it was last written, in milliseconds, where the writer does not say; 0 keeps it until
   * it is deleted.
   * @default 300_000
   */
  readonly ttlMs?: number;
  /**
   * Tells several caches over one store apart. Letters, digits and `. _ - /`.
   * @default 'server-cache'
   */
  readonly prefix?: string;
}

/**
 * A cache for Mastra itself, `new Mastra({ cache })`, over the connection of a store.
 *
 * @throws PerfConfigError
 */
export function redisServerCache(store: PerfStore, options: RedisServerCacheOptions = {}): MastraServerCache {
  const shared = (store as { [SHARED]?: Shared } | undefined)?.[SHARED];
  if (!shared)
    throw new PerfConfigError('redisServerCache.store', typeof store, 'what redisStore() has returned');
  const { ttlMs = 300_000, prefix = 'server-cache' } = options;
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 0)
    throw new PerfConfigError(
      'redisServerCache.ttlMs',
      ttlMs,
      'milliseconds, or 0 to keep things until they are deleted',
    );
  if (typeof prefix !== 'string' || !/^[\w./-]{1,100}$/.test(prefix))
    throw new PerfConfigError('redisServerCache.prefix', prefix, 'up to 100 letters, digits and . _ - /');
  return new ServerCache(shared, prefix, ttlMs);
}

class ServerCache extends MastraServerCache {
  readonly #shared: Shared;
  readonly #prefix: string;
  readonly #ttlMs: number;

  constructor(shared: Shared, prefix: string, ttlMs: number) {
    super({ name: 'RedisServerCache' });
    this.#shared = shared;
    this.#prefix = prefix;
    this.#ttlMs = ttlMs;
  }

  #ready(): Promise<Sender> {
    return this.#shared.connection.ready();
  }

  #key(key: string): string {
    return this.#shared.keys.hosted(this.#prefix, key);
  }

  /** As Mastra's own caches do: a list is a value as well, though not one that a reader usually asks for so. */
  async get(key: string): Promise<unknown> {
    const sender = await this.#ready();
    try {
      return parsed(await sender.send('get', this.#key(key)));
    } catch (error) {
      if (!isReply(error, 'WRONGTYPE')) throw error;
      return this.listFromTo(key, 0);
    }
  }

  async set(key: string, value: unknown, ttlMs: number = this.#ttlMs): Promise<void> {
    const text = textOf(value);
    if (text === undefined) return this.delete(key);
    const sender = await this.#ready();
    await sender.send('set', this.#key(key), text, ...(ttlMs > 0 ? ['PX', Math.ceil(ttlMs)] : []));
  }

  async listLength(key: string): Promise<number> {
    const sender = await this.#ready();
    return Number(await expecting(`${key} exists but is not an array`, sender.send('llen', this.#key(key))));
  }

  async listPush(key: string, value: unknown): Promise<void> {
    const sender = await this.#ready();
    const pushed = sender.run(pushScript, [this.#key(key)], [textOf(value) ?? 'null', this.#ttlMs]);
    await expecting(`${key} exists but is not an array`, pushed);
  }

  async listFromTo(key: string, from: number, to = -1): Promise<unknown[]> {
    const sender = await this.#ready();
    try {
      return ((await sender.send('lrange', this.#key(key), from, to)) as unknown[]).map(parsed);
    } catch (error) {
      if (!isReply(error, 'WRONGTYPE')) throw error;
      return [];
    }
  }

  /** One step of the server; on a Cluster two, because the two keys may be on two servers. */
  override async listPushIndexed(
    listKey: string,
    counterKey: string,
    value: Record<string, unknown>,
  ): Promise<number> {
    const sender = await this.#ready();
    if (this.#shared.connection.masters().spread) return super.listPushIndexed(listKey, counterKey, value);
    const { index: _replaced, ...rest } = value;
    const keys = [this.#key(listKey), this.#key(counterKey)];
    const pushed = sender.run(pushIndexedScript, keys, [JSON.stringify(rest), this.#ttlMs]);
    return Number(await expecting(`${listKey} is not an array, or ${counterKey} not a number`, pushed));
  }

  async delete(key: string): Promise<void> {
    const sender = await this.#ready();
    await sender.send('unlink', this.#key(key));
  }

  clear(): Promise<void> {
    return deleteMatching(this.#shared.connection, this.#shared.keys.hostedPattern(this.#prefix));
  }

  async increment(key: string): Promise<number> {
    const sender = await this.#ready();
    const value = sender.run(incrementScript, [this.#key(key)], [this.#ttlMs]);
    return Number(await expecting(`${key} exists but is not a number`, value));
  }
}

/** Says in the words of Mastra's own caches that something else is there. */
async function expecting<T>(otherwise: string, reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    const isOther =
      isReply(error, 'WRONGTYPE') || (error instanceof Error && /not an integer/.test(error.message));
    throw isOther ? new Error(otherwise, { cause: error }) : error;
  }
}

/** `JSON.stringify` has nothing to say of `undefined` and of functions. */
const textOf = (value: unknown): string | undefined => JSON.stringify(value);

const parsed = (text: unknown): unknown => (typeof text === 'string' ? JSON.parse(text) : undefined);
