/** A member of a sorted set. */
export interface Scored {
  readonly value: string;
  readonly score: number;
}

/** What is used of a client of the package `redis`, the one that RedisStore works with. */
export interface NodeRedis {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<unknown>;
  mGet(keys: readonly string[]): Promise<(string | null)[]>;
  zCard(key: string): Promise<number>;
  zRank(key: string, member: string): Promise<number | null>;
  zRange(key: string, start: number, stop: number): Promise<string[]>;
  zRangeWithScores(key: string, start: number, stop: number): Promise<Scored[]>;
  zRangeByScoreWithScores(key: string, min: number | string, max: number | string): Promise<Scored[]>;
}

const COMMANDS: readonly (keyof NodeRedis)[] = [
  'get',
  'set',
  'mGet',
  'zCard',
  'zRank',
  'zRange',
  'zRangeWithScores',
  'zRangeByScoreWithScores',
];

/** By its shape: two versions of the package can meet in one app. */
export function isNodeRedis(client: unknown): client is NodeRedis {
  return hasMethods(client, COMMANDS);
}

export function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}
