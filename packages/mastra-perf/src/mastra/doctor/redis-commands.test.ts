import { expect, test } from 'vitest';
import { commandsOf } from './redis-commands.ts';

/** As the domains of RedisStore are made: a client, and a small layer over the same client. */
class Domain {
  readonly sent: string[] = [];
  readonly client = {
    get: async (key: string) => this.sent.push(key),
    scan: async () => this.sent.push('scan'),
  };
  readonly db = new (class {
    client: { scan(...args: unknown[]): Promise<unknown> };
    constructor(client: { scan(...args: unknown[]): Promise<unknown> }) {
      this.client = client;
    }
    async scanKeys(pattern: string) {
      const { keys } = (await this.client.scan('0', { MATCH: pattern })) as { keys: string[] };
      return keys;
    }
  })(this.client);
  async look({ id }: { id: string }) {
    await this.client.get(id);
    return this.db.scanKeys(`${id}*`);
  }
}

test('what a method would send is told, and nothing is sent', async () => {
  const domain = new Domain();
  expect(await commandsOf(domain, 'look', { id: 'x' })).toEqual([
    { name: 'get', args: ['x'] },
    { name: 'scan', args: ['0', { MATCH: 'x*' }] },
  ]);
  expect(domain.sent).toEqual([]);
});

test('of a domain that was made fast nothing is asked', async () => {
  const domain = Object.assign(new Domain(), { [Symbol.for('mastra-perf-redis.fast')]: true });
  expect(await commandsOf(domain, 'look', { id: 'x' })).toEqual([]);
});
