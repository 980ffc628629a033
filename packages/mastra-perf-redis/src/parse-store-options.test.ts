import { inspect } from 'node:util';
import { Cluster, Redis } from 'ioredis';
import { isPerfError, type PerfConfigError } from 'mastra-perf';
import { describe, expect, test, vi } from 'vitest';
import { redisStore } from './index.ts';

const SECRET = 'xyzzy-secret';
const host = { host: 'localhost', port: 6379 };

function refusal(options: unknown): PerfConfigError {
  try {
    redisStore(options as Parameters<typeof redisStore>[0]);
  } catch (error) {
    if (isPerfError(error) && error.code === 'MASTRA_PERF_CONFIG') return error as PerfConfigError;
    throw error;
  }
  throw new Error('the options were accepted');
}

const client = new Redis({ lazyConnect: true });
const replicaReader = new Cluster([host], { lazyConnect: true, scaleReads: 'slave' });

test.each<[path: string, accepted: string, options: unknown]>([
  ['redisStore', 'one of url, client, cluster, sentinel', undefined],
  ['redisStore', 'one of url, client, cluster, sentinel', 'redis://localhost'],
  ['redisStore', 'one of url, client, cluster, sentinel', {}],
  ['redisStore', 'one of url, client, cluster, sentinel', { prefix: 'a' }],
  ['redisStore', 'one of url, client, cluster, sentinel', { url: 'redis://localhost', client }],
  ['redisStore.url', 'redis://user:password@host:6379/0', { url: undefined }],
  ['redisStore.url', 'redis://user:password@host:6379/0', { url: 'localhost:6379' }],
  ['redisStore.uri', 'no such option', { uri: `redis://:${SECRET}@localhost` }],
  ['redisStore.password', 'no such option', { url: 'redis://localhost', password: SECRET }],
  ['redisStore.options', 'an object', { url: 'redis://localhost', options: [] }],
  ['redisStore.options.keyPrefix', '`prefix`', { url: 'redis://localhost', options: { keyPrefix: 'a:' } }],
  [
    'redisStore.options.redisOptions.keyPrefix',
    '`prefix`',
    { cluster: [host], options: { redisOptions: { keyPrefix: 'a:' } } },
  ],
  ['redisStore.prefix', 'letters, digits', { url: 'redis://localhost', prefix: '' }],
  ['redisStore.prefix', 'letters, digits', { url: 'redis://localhost', prefix: 'a{b}' }],
  ['redisStore.prefix', 'letters, digits', { url: 'redis://localhost', prefix: 'a#e' }],
  ['redisStore.prefix', 'letters, digits', { url: 'redis://localhost', prefix: 'a*' }],
  ['redisStore.prefix', 'letters, digits', { url: 'redis://localhost', prefix: 7 }],
  ['redisStore.client', 'a client of ioredis 5 or 6', { client: {} }],
  ['redisStore.client', 'a client of ioredis 5 or 6', { client: 'redis://localhost' }],
  ['redisStore.client.options.scaleReads', '"master"', { client: replicaReader }],
  ['redisStore.options', 'a given client has its own', { client, options: { db: 1 } }],
  ['redisStore.cluster', 'at least one', { cluster: [] }],
  ['redisStore.cluster', 'at least one', { cluster: host }],
  ['redisStore.cluster[1]', '{ host, port }', { cluster: [host, { port: 1 }] }],
  ['redisStore.cluster[0]', '{ host, port }', { cluster: [{ host: 'a', port: 70_000 }] }],
  ['redisStore.cluster[0]', '{ host, port }', { cluster: ['redis://localhost'] }],
  ['redisStore.sentinel', 'name and sentinels', { sentinel: [host] }],
  ['redisStore.sentinel.name', 'the name of the master', { sentinel: { sentinels: [host] } }],
  ['redisStore.sentinel.sentinels', 'at least one', { sentinel: { name: 'a', sentinels: [] } }],
  ['redisStore.sentinel.sentinels[0]', '{ host, port }', { sentinel: { name: 'a', sentinels: [{}] } }],
])('%s must be %s', (path, accepted, options) => {
  const error = refusal(options);
  expect(error.path).toBe(path);
  expect(error.message).toContain(`${path}: expected `);
  expect(error.accepted).toContain(accepted);
});

test.each<[what: string, options: unknown]>([
  ['a URL of another scheme', { url: `http://user:${SECRET}@localhost` }],
  ['a URL with settings', { url: `redis://user:${SECRET}@localhost?tls=true` }],
  ['two places', { url: `redis://user:${SECRET}@localhost`, cluster: [host] }],
  ['an option that is none', { url: 'redis://localhost', auth: SECRET }],
  ['options that are none', { url: 'redis://localhost', options: SECRET }],
])('tells no password: %s', (_what, options) => {
  const error = refusal(options);
  expect(`${error.message} ${error.stack} ${inspect(error, { depth: 9, showHidden: true })}`).not.toContain(
    SECRET,
  );
});

describe('accepts', () => {
  test.each<[what: string, options: Parameters<typeof redisStore>[0]]>([
    ['a URL', { url: 'redis://localhost', prefix: 'my-app/prod:v1.2_x', options: { connectTimeout: 1 } }],
    ['a client', { client }],
    ['a Cluster', { cluster: [{ host: 'a' }, host], options: { redisOptions: { username: 'u' } } }],
    ['Sentinel', { sentinel: { name: 'a', sentinels: [host], sentinelPassword: 'p' }, options: { db: 2 } }],
  ])('%s', (_what, options) => {
    expect(redisStore(options).name).toBe('redis');
  });
});

test('a function that gives a client is not called before it is needed', () => {
  const give = vi.fn(() => client);
  redisStore({ client: give });
  expect(give).not.toHaveBeenCalled();
});

test('what a function gives is checked when it is needed', async () => {
  const store = redisStore({ client: () => ({}) as never });
  await expect(store.connect()).rejects.toMatchObject({ path: 'redisStore.client' });
  const other = redisStore({ client: async () => replicaReader });
  await expect(other.connect()).rejects.toMatchObject({ path: 'redisStore.client.options.scaleReads' });
});
