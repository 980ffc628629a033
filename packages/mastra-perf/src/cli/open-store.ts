import { PerfConfigError, PerfError } from '../errors.ts';
import type { Ledger } from '../stores/ledger.ts';
import type { PerfStore } from '../stores/perf-store.ts';
import type { StoreAddress } from './cli-arguments.ts';

export interface Require {
  (name: string): unknown;
  resolve(name: string): string;
}

export interface OpenStore extends Pick<PerfStore, 'connect' | 'close'> {
  readonly ledger: Ledger;
}

type MakeStore = (options: object) => PerfStore;

const REDIS = { module: 'mastra-perf-redis', make: 'redisStore', address: 'url', place: 'prefix' } as const;
const POSTGRES = {
  module: 'mastra-perf-pg',
  make: 'postgresStore',
  address: 'connectionString',
  place: 'schema',
} as const;
const ADAPTERS: Readonly<Record<string, typeof REDIS | typeof POSTGRES>> = {
  'redis:': REDIS,
  'rediss:': REDIS,
  'postgres:': POSTGRES,
  'postgresql:': POSTGRES,
};

/**
 * The store of an address, over the adapter that the application has installed. Nothing is opened yet.
 *
 * @throws PerfConfigError; PerfError `MASTRA_PERF_STORE` where the adapter is not installed
 */
export function openStore(given: StoreAddress, require: Require): OpenStore {
  const adapter = ADAPTERS[/^[a-z]+:(?=\/\/)/.exec(given.store)?.[0] ?? ''];
  if (!adapter) {
    const hidden = `(a text of ${given.store.length} characters, not shown)`;
    const accepted = 'a URL that begins with redis://, rediss://, postgres:// or postgresql://';
    throw new PerfConfigError('--store', hidden, accepted);
  }
  const other = adapter.place === 'prefix' ? 'schema' : 'prefix';
  if (given[other] !== undefined)
    throw new PerfConfigError(
      `--${other}`,
      given[other],
      `nothing: ${adapter.make}() has a --${adapter.place}`,
    );
  const place = given[adapter.place];
  const make = makerOf(adapter, require);
  const { ledger, ...store } = make({
    [adapter.address]: given.store,
    ...(place !== undefined && { [adapter.place]: place }),
  });
  if (!ledger) throw new PerfError('MASTRA_PERF_STORE', `this ${adapter.module} has no ledger: update it`);
  return { ledger, connect: store.connect, close: store.close };
}

function makerOf({ module, make }: typeof REDIS | typeof POSTGRES, require: Require): MakeStore {
  try {
    require.resolve(module);
  } catch (cause) {
    throw new PerfError(
      'MASTRA_PERF_STORE',
      `${module} is not installed here. Run this in the folder of your application, or install it: npm install ${module}`,
      { cause },
    );
  }
  const maker = Object(require(module))[make] as MakeStore | undefined;
  if (typeof maker !== 'function')
    throw new PerfError('MASTRA_PERF_STORE', `this ${module} has no ${make}(): update it`);
  return maker;
}
