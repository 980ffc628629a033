import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ChildServerError } from './child-server.ts';
import { onFreePort } from './free-port.ts';

test('gives a port that can be bound, and another one while it is taken', async () => {
  const ports: number[] = [];
  const server = await onFreePort(
    async (port) => {
      ports.push(port);
      if (ports.length < 3) throw new ChildServerError('redis-server', 'Address already in use');
      const listening = createServer().listen(port, '127.0.0.1');
      await once(listening, 'listening');
      return listening;
    },
    (error) => error instanceof ChildServerError,
  );
  expect((server.address() as AddressInfo).port).toBe(ports[2]);
  server.close();
});

test('gives up after five ports, and at once on any other failure', async () => {
  let attempts = 0;
  const fail = async () => {
    attempts++;
    throw new Error('no');
  };
  await expect(onFreePort(fail, () => true)).rejects.toThrow('no');
  expect(attempts).toBe(5);
  await expect(onFreePort(fail, () => false)).rejects.toThrow('no');
  expect(attempts).toBe(6);
});
