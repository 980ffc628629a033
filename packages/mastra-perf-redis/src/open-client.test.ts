import type { Cluster, Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { openClient } from './open-client.ts';

const wishes = {
  lazyConnect: false,
  enableOfflineQueue: true,
  autoResendUnfulfilledCommands: true,
  autoResubscribe: true,
  maxRetriesPerRequest: 20,
  role: 'slave',
} as const;
const promises = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
};

test('a client of one server gives up what hangs, and what is asked for comes before that', () => {
  const server = { host: 'localhost', port: 7000, tls: {} };
  const { options, status } = openClient({ server, options: {} }) as Redis;
  expect(options).toMatchObject({
    ...server,
    connectTimeout: 2000,
    socketTimeout: 5000,
    sentinelCommandTimeout: 2000,
  });
  expect(status).toBe('wait');
  const asked = openClient({
    server,
    options: { connectTimeout: 7, socketTimeout: 8, tls: { servername: 'a' } },
  });
  expect((asked as Redis).options).toMatchObject({
    connectTimeout: 7,
    socketTimeout: 8,
    tls: { servername: 'a' },
  });
});

test('it reconnects for ever, after 50 ms at first and after a second at most', () => {
  const { options } = openClient({ server: {}, options: {} }) as Redis;
  const waits = [1, 2, 3, 4, 5, 6, 7, 1000, 100_000].map((attempt) => options.retryStrategy?.(attempt));
  expect(waits).toEqual([50, 100, 200, 400, 800, 1000, 1000, 1000, 1000]);
  expect(options.sentinelRetryStrategy?.(100_000)).toBe(1000);
});

test('it leaves a master that has become a replica, and stays at any other error', () => {
  const { options } = openClient({ server: {}, options: {} }) as Redis;
  expect(options.reconnectOnError?.(new Error("READONLY You can't write against a read only replica."))).toBe(
    true,
  );
  expect(options.reconnectOnError?.(new Error('OOM command not allowed'))).toBe(false);
});

test('no option makes it queue, send again, or read from a replica', () => {
  const { options } = openClient({ server: {}, options: wishes }) as Redis;
  expect(options).toMatchObject({ ...promises, role: 'master' });
  const nodes = [{ host: 'localhost' }];
  const cluster = openClient({
    nodes,
    options: { ...wishes, scaleReads: 'all', retryDelayOnFailover: 100, redisOptions: wishes },
  }) as Cluster;
  const { lazyConnect, enableOfflineQueue, ...ofNodes } = promises;
  expect(cluster.options).toMatchObject({
    lazyConnect,
    enableOfflineQueue,
    scaleReads: 'master',
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    redisOptions: ofNodes,
  });
});

test('a Cluster gives up nodes that hang, and takes options for its nodes', () => {
  const redisOptions = { username: 'me', socketTimeout: 8 };
  const { options } = openClient({ nodes: [{ host: 'a' }], options: { redisOptions } }) as Cluster;
  expect(options.redisOptions).toMatchObject({ connectTimeout: 2000, socketTimeout: 8, username: 'me' });
  const plain = openClient({ nodes: [{ host: 'a' }], options: {} }) as Cluster;
  expect(plain.options.redisOptions).toMatchObject({ socketTimeout: 5000 });
  expect([1, 100].map((attempt) => plain.options.clusterRetryStrategy?.(attempt))).toEqual([50, 1000]);
});
