import { expect, test } from 'vitest';
import { serverOf } from './server-url.ts';

test.each<[url: string, server: object]>([
  ['redis://localhost', { host: 'localhost', port: 6379 }],
  ['redis://localhost:7000/', { host: 'localhost', port: 7000 }],
  ['redis://localhost/3', { host: 'localhost', port: 6379, db: 3 }],
  ['REDIS://localhost/0', { host: 'localhost', port: 6379, db: 0 }],
  ['rediss://redis.example.com', { host: 'redis.example.com', port: 6379, tls: {} }],
  ['redis://:secret@localhost', { host: 'localhost', port: 6379, password: 'secret' }],
  ['redis://me:secret@localhost', { host: 'localhost', port: 6379, username: 'me', password: 'secret' }],
  [
    'redis://me:p%40s%2Fs%25@localhost',
    { host: 'localhost', port: 6379, username: 'me', password: 'p@s/s%' },
  ],
  ['redis://[::1]:7000', { host: '::1', port: 7000 }],
  ['redis://localhost?family=0', { host: 'localhost', port: 6379, family: 0 }],
])('%s', (url, server) => {
  expect(serverOf(url, 'url')).toEqual(server);
});

test.each([
  ['', 'redis://user:password@host:6379/0'],
  ['redis://', 'redis://user:password@host:6379/0'],
  ['redis:///0', 'redis://user:password@host:6379/0'],
  ['redis://localhost:99999', 'redis://user:password@host:6379/0'],
  ['http://localhost', 'redis://user:password@host:6379/0'],
  ['redis://localhost/prod', 'the number of a database'],
  ['redis://localhost/1/2', 'the number of a database'],
  ['redis://localhost?enableOfflineQueue=true', 'no settings after "?"'],
  ['redis://localhost?family=5', 'no settings after "?"'],
  ['redis://me:100%@localhost', '%25'],
])('%j is refused', (url, accepted) => {
  expect(() => serverOf(url, 'the.path')).toThrow(accepted);
});
