import { isObject } from '../../base/record.ts';

interface RedisCommand {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Domains of mastra-perf-redis say so under this key. */
const FAST = Symbol.for('mastra-perf-redis.fast');

/** What a server without any data answers. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  scan: { cursor: '0', keys: [] },
  zRange: [],
  mGet: [],
  get: null,
  exists: 0,
  zCard: 0,
};

/**
 * The commands that a method of a domain of `RedisStore` would send, found by letting it run on a client that sends nothing and
 * knows of no data. So this holds for whatever version of Mastra. Nothing of a domain that is made fast.
 */
export async function commandsOf(domain: object, method: string, args: object): Promise<RedisCommand[]> {
  if (FAST in domain) return [];
  const commands: RedisCommand[] = [];
  const client = new Proxy(
    {},
    {
      get: (_target, name) =>
        // A field that looks like a method `then` would be awaited.
        typeof name === 'symbol' || name === 'then'
          ? undefined
          : async (...given: unknown[]) => {
              commands.push({ name, args: given });
              return ANSWERS[name] ?? null;
            },
    },
  );
  const { db } = domain as { readonly db?: unknown };
  const idle: unknown = Object.create(domain, {
    client: { value: client },
    ...(isObject(db) && { db: { value: Object.create(db, { client: { value: client } }) as object } }),
  });
  await (idle as Record<string, (given: object) => Promise<unknown>>)[method]?.(args);
  return commands;
}
