import type { RedisOptions } from 'ioredis';
import { PerfConfigError } from 'mastra-perf';
import type { ClientSource } from './client-source.ts';
import { givenClient } from './given-client.ts';
import { openClient, type Place } from './open-client.ts';
import { serverOf } from './server-url.ts';
import type { RedisAddress, RedisStoreOptions } from './store-options.ts';

export interface StoreSettings {
  readonly prefix: string;
  readonly source: ClientSource;
}

type Fields = Readonly<Record<string, unknown>>;

const PLACES = ['url', 'client', 'cluster', 'sentinel'] as const;
const PREFIX = /^[\w.:/-]{1,200}$/;

/** @throws PerfConfigError */
export function parseStoreOptions(given: RedisStoreOptions): StoreSettings {
  const fields: unknown = given;
  const accepted = 'an object with one of url, client, cluster, sentinel';
  if (!isFields(fields)) throw new PerfConfigError('redisStore', typeof fields, accepted);
  const { prefix = 'mastra-perf', options, ...rest } = fields;
  refuseUnknown(rest);
  // A variable of the environment that is not set is a wrong `url`, not none.
  const places = PLACES.filter((name) => rest[name] !== undefined || (name === 'url' && name in rest));
  const [place] = places;
  if (place === undefined || places.length > 1) throw new PerfConfigError('redisStore', places, accepted);
  if (typeof prefix !== 'string' || !PREFIX.test(prefix))
    throw new PerfConfigError('redisStore.prefix', prefix, 'up to 200 letters, digits and . _ - : /');
  if (place !== 'client') return { prefix, source: openedSource(placeOf(place, rest[place], options)) };
  if (options !== undefined)
    throw new PerfConfigError('redisStore.options', typeof options, 'nothing: a given client has its own');
  return { prefix, source: givenClient(rest.client) };
}

const openedSource = (place: Place): ClientSource => ({ owned: true, take: () => openClient(place) });

function placeOf(place: 'url' | 'cluster' | 'sentinel', value: unknown, options: unknown = {}): Place {
  if (!isFields(options)) throw new PerfConfigError('redisStore.options', typeof options, 'an object');
  refuseKeyPrefix(options, 'redisStore.options');
  refuseKeyPrefix(options['redisOptions'], 'redisStore.options.redisOptions');
  switch (place) {
    case 'url':
      return { server: serverOf(value, 'redisStore.url'), options };
    case 'cluster':
      return { nodes: addressesOf(value, 'redisStore.cluster'), options };
    case 'sentinel':
      return { server: sentinelOf(value), options };
  }
}

function sentinelOf(value: unknown): RedisOptions {
  const path = 'redisStore.sentinel';
  if (!isFields(value)) throw new PerfConfigError(path, typeof value, 'an object with name and sentinels');
  const { name, sentinels, ...rest } = value;
  if (typeof name !== 'string' || name === '')
    throw new PerfConfigError(`${path}.name`, name, 'the name of the master that the sentinels know');
  return { ...rest, name, sentinels: addressesOf(sentinels, `${path}.sentinels`) };
}

function addressesOf(value: unknown, path: string): RedisAddress[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new PerfConfigError(path, value, 'a list of { host, port }, at least one');
  for (const [index, address] of value.entries()) {
    const { host, port = 1 } = isFields(address) ? address : {};
    if (typeof host !== 'string' || host === '' || !isPort(port))
      throw new PerfConfigError(`${path}[${index}]`, address, '{ host, port }');
  }
  return value.map((address: RedisAddress) => ({ ...address }));
}

/** The value is not told: it may be a password. */
function refuseUnknown(fields: Fields): void {
  const unknown = Object.keys(fields).find((name) => !PLACES.some((place) => place === name));
  if (unknown === undefined) return;
  const accepted = `no such option: there are ${PLACES.join(', ')}, options and prefix`;
  throw new PerfConfigError(`redisStore.${unknown}`, typeof fields[unknown], accepted);
}

function refuseKeyPrefix(options: unknown, path: string): void {
  if (isFields(options) && options['keyPrefix'] !== undefined)
    throw new PerfConfigError(
      `${path}.keyPrefix`,
      options['keyPrefix'],
      'nothing: `prefix` of the store does this',
    );
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPort = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536;
