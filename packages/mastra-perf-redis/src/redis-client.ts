/** What a command is given. */
export type Argument = string | number | Buffer;

/** Called with what belongs to the event. */
type Listener = (...details: unknown[]) => void;

/** Options of the connection for messages that is made from a given client. */
export type DuplicateOptions = Readonly<Record<string, unknown>>;

const COMMANDS = [
  'eval',
  'evalsha',
  'exists',
  'get',
  'hmget',
  'hmgetBuffer',
  'llen',
  'lrange',
  'ping',
  'scan',
  'set',
  'subscribe',
  'unlink',
  'unsubscribe',
] as const;

/** The commands that we send, as a client of ioredis names them; with `Buffer` the reply is bytes. */
export type CommandName = (typeof COMMANDS)[number];

/** Each takes any arguments and promises the reply; its overloads differ between versions. */
type Commands = { readonly [name in CommandName]: (...args: never[]) => unknown };

/** What we use of any ioredis client. */
interface AnyClient extends Commands {
  /** `wait`, `connecting`, `connect`, `ready`, `close`, `reconnecting`, `end`, and of a Cluster `disconnecting`. */
  readonly status: string;
  connect(): Promise<unknown>;
  disconnect(reconnect?: boolean): void;
  on(event: string, listener: Listener): unknown;
  off(event: string, listener: Listener): unknown;
}

/** A client of one server, or of the master that sentinels name. */
export interface RedisNodeClient extends AnyClient {
  readonly options?: { readonly host?: unknown; readonly port?: unknown; readonly keyPrefix?: unknown };
  duplicate(options: DuplicateOptions): RedisNodeClient;
}

/** A client of a Redis Cluster. */
export interface RedisClusterClient extends AnyClient {
  readonly options?: { readonly keyPrefix?: unknown; readonly scaleReads?: unknown };
  nodes(role: 'master'): RedisNodeClient[];
  /** Of each slot the addresses of its nodes, the master first. */
  readonly slots?: ReadonlyArray<readonly string[] | undefined>;
}

/**
 * A client of ioredis 5 or 6, by the smallest shape: the class is not asked for, because two versions of it can meet in one
 * app.
 */
export type RedisClient = RedisNodeClient | RedisClusterClient;

export function isCluster(client: RedisClient): client is RedisClusterClient {
  return 'nodes' in client && typeof client.nodes === 'function';
}

export function isRedisClient(value: unknown): value is RedisClient {
  if (typeof value !== 'object' || value === null) return false;
  const has = (name: string): boolean => typeof (value as Record<string, unknown>)[name] === 'function';
  const isClient = [...COMMANDS, 'connect', 'disconnect', 'on', 'off'].every(has) && 'status' in value;
  return isClient && (has('duplicate') || has('nodes'));
}

/** Sends one command. Not by `call()`, which automatic pipelines of ioredis do not know. */
export async function sendCommand(
  client: RedisClient,
  name: CommandName,
  ...args: readonly Argument[]
): Promise<unknown> {
  return client[name](...(args as never[]));
}
