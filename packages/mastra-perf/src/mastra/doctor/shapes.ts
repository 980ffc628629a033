import { isObject } from '../../base/record.ts';

/*
 * Storages, pools and clients are known by their shape: two versions of a package, and two copies of one, meet in one app.
 */

/** What is used of a pool of pg. */
export interface PoolLike {
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
  /** Absent in pools that only look like one of pg. Holds the password: never to be shown. */
  readonly options?: PoolOptionsLike;
}

export interface PoolOptionsLike {
  readonly max?: unknown;
  readonly connectionTimeoutMillis?: unknown;
  readonly query_timeout?: unknown;
}

/** A field of whatever it is. Reading may run code of others, which may throw. */
export const field = (holder: unknown, name: string): unknown =>
  isObject(holder) ? Reflect.get(holder, name) : undefined;

export const textField = (holder: unknown, name: string): string | undefined => {
  const value = field(holder, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const hasMethods = (value: unknown, ...names: string[]): boolean =>
  isObject(value) && names.every((name) => typeof Reflect.get(value, name) === 'function');

export const isPool = (value: unknown): value is PoolLike => hasMethods(value, 'query', 'connect');

/** A storage, and the one that it is composed of. */
export const layersOf = (storage: object): object[] =>
  [storage, field(storage, 'parentDefault')].filter(isObject);
