import { MEMORY_TRAITS, PerfConfigError } from 'mastra-perf';
import { describe, expect, test } from 'vitest';
import { fastPostgres } from '../src/index.ts';
import { aMessage } from './fast-samples.ts';

class Domain {
  static kind = 'memory';
  readonly supportsObservationalMemory = true;
  #secret = 'private';
  logger: unknown;

  async saveMessages({ messages }: { messages: Array<ReturnType<typeof aMessage>> }) {
    return { messages };
  }
  async updateMessages(): Promise<object[]> {
    return [];
  }
  async deleteMessages(): Promise<void> {}
  async listMessages(): Promise<unknown> {
    return this.#secret;
  }
  async getThreadById({ threadId }: { threadId: string }): Promise<{ id: string } | null> {
    return { id: threadId };
  }
}

function aStore(parts: object = {}) {
  const sent: Array<{ text: string; name?: string }> = [];
  const pool = {
    async query(query: { text: string; name?: string }) {
      sent.push(query);
      return { rows: [] };
    },
    async connect(): Promise<never> {
      throw new Error('none');
    },
  };
  const stores: { memory?: Domain } = { memory: new Domain() };
  return { sent, stores, pool, schema: 'public', getStore: async (name: 'memory') => stores[name], ...parts };
}

describe('fastPostgres', () => {
  test('changes the store that it is given, and once only', async () => {
    const store = aStore();
    const before = store.stores.memory;
    const fast = fastPostgres(store);
    expect(fast).toBe(store);
    const { memory } = store.stores;
    expect(memory).not.toBe(before);
    expect(fastPostgres(fast, { prepare: false }).stores.memory).toBe(memory);
    expect(await fast.getStore('memory')).toBe(memory);
  });

  test('leaves everything else of the domain as it was', async () => {
    const store = fastPostgres(aStore());
    const { memory } = store.stores as { memory: Domain & Record<string, unknown> };
    expect(memory).toBeInstanceOf(Domain);
    expect((memory.constructor as typeof Domain).kind).toBe('memory');
    expect(memory.supportsObservationalMemory).toBe(true);
    expect(await memory.listMessages()).toBe('private');
    expect(memory.listMessages).toBe(memory.listMessages);
    expect(['listMessages', 'listMessagesPage', MEMORY_TRAITS, 'none'].map((key) => key in memory)).toEqual([
      true,
      true,
      true,
      false,
    ]);
    memory.logger = 'set later';
    expect(memory.logger).toBe('set later');
    const other = async (): Promise<null> => null;
    memory.getThreadById = other;
    expect(memory.getThreadById).toBe(other);
  });

  test.each([
    [undefined, 'fastPostgres.store'],
    [{}, 'fastPostgres.store'],
    [aStore({ pool: undefined }), 'fastPostgres.store'],
    [aStore({ readPool: {} }), 'fastPostgres.store'],
    [aStore({ stores: {} }), 'fastPostgres.store'],
    [aStore({ stores: { memory: { saveMessages() {} } } }), 'fastPostgres.store'],
    [aStore({ schema: 'a\0b' }), 'fastPostgres.store.schema'],
    [aStore({ schema: '' }), 'fastPostgres.store.schema'],
    [aStore({ schema: 'x'.repeat(64) }), 'fastPostgres.store.schema'],
    [aStore({ schema: { toString: () => 'public' } }), 'fastPostgres.store.schema'],
  ])('refuses what is no store of Postgres, %#', (store, path) => {
    expect(() => fastPostgres(store as never)).toThrow(expect.objectContaining({ path }));
  });

  test('refuses an option that is none', () => {
    expect(() => fastPostgres(aStore(), { prepare: 'no' as never })).toThrow(PerfConfigError);
  });

  test('quotes the name of the schema wherever it stands', async () => {
    const schema = `a"b; DROP TABLE x; --'\\`;
    const store = aStore({ schema });
    const { memory } = fastPostgres(store).stores;
    await memory!.getThreadById({ threadId: 't' });
    await memory!.saveMessages({ messages: [aMessage('t')] }).catch(() => undefined);
    expect(store.sent).toHaveLength(2);
    for (const { text } of store.sent) {
      expect(text).toContain('"a""b; DROP TABLE x; --\'\\"."mastra_');
      expect(text.replaceAll('"a""b; DROP TABLE x; --\'\\"', '')).not.toContain('DROP');
    }
  });

  test('names its statements, so that they are prepared, unless a pooler does not keep them', async () => {
    const names = async (options: object): Promise<unknown[]> => {
      const store = aStore();
      const { memory } = fastPostgres(store, options).stores;
      for (const threadId of ['t', 'u']) {
        await memory!.getThreadById({ threadId });
        await memory!.saveMessages({ messages: [aMessage(threadId)] }).catch(() => undefined);
      }
      return store.sent.map(({ name }) => name);
    };
    const [read, save, ...again] = await names({});
    expect([read, save]).toEqual([
      expect.stringMatching(/^mastra_perf_/),
      expect.stringMatching(/^mastra_perf_/),
    ]);
    expect(again).toEqual([read, save]);
    expect(await names({ prepare: false })).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('asks again without a name if the prepared statement is gone, and again if the server has undone it', async () => {
    const codes = ['26000', undefined, '40P01', '40001', undefined, '40P01', '40P01', '40P01'];
    const names: Array<string | undefined> = [];
    const pool = {
      async query({ name }: { name?: string }) {
        names.push(name);
        const code = codes.shift();
        if (code) throw Object.assign(new Error('no'), { code });
        return { rows: [{ id: 't', version: '7' }] };
      },
      connect() {},
    };
    const { memory } = fastPostgres(aStore({ pool })).stores;
    expect(await memory!.getThreadById({ threadId: 't' })).toMatchObject({ id: 't' });
    expect(names.map((name) => name !== undefined)).toEqual([true, false]);
    expect(await memory!.getThreadById({ threadId: 't' })).toMatchObject({ id: 't' });
    expect(names).toHaveLength(5);
    await expect(memory!.getThreadById({ threadId: 't' })).rejects.toMatchObject({
      id: 'MASTRA_STORAGE_PG_GET_THREAD_BY_ID_FAILED',
    });
    expect(names).toHaveLength(8);
  });

  test('reads threads where Mastra reads them, and saves where it writes', async () => {
    const [writes, reads] = [aStore(), aStore()];
    const { memory } = fastPostgres(aStore({ pool: writes.pool, readPool: reads.pool })).stores;
    await memory!.getThreadById({ threadId: 't' });
    expect([writes.sent.length, reads.sent.length]).toEqual([0, 1]);
    await memory!.saveMessages({ messages: [aMessage('t')] }).catch(() => undefined);
    expect([writes.sent.length, reads.sent.length]).toEqual([1, 1]);
  });
});

describe('a page', () => {
  test.each([
    { cursor: '' },
    { cursor: 'AAAA' },
    { cursor: 7 },
    { cursor: "'; DROP TABLE mastra_messages; --" },
    { cursor: Buffer.from('["2026-01-01T00:00:00.000000"]').toString('base64url') },
    { cursor: Buffer.from('["2026-02-30T00:00:00.000000","a"]').toString('base64url') },
    { cursor: Buffer.from('["2026-01-01T24:00:00.000000","a"]').toString('base64url') },
    { cursor: Buffer.from('["now()","a"]').toString('base64url') },
    { cursor: Buffer.from('["2026-01-01T00:00:00.000000","a\\u0000"]').toString('base64url') },
    { cursor: Buffer.from('["2026-01-01T00:00:00.000000", "a"]').toString('base64url') },
    { cursor: 'a'.repeat(5000) },
    { limit: 0 },
    { limit: 1001 },
    { limit: 1.5 },
    { direction: 'up' },
    { threadId: '' },
    { threadId: undefined },
    { resourceId: '' },
    { resourceId: null },
    { includeContent: 1 },
  ])('is refused for %o, without a statement', async (wrong) => {
    const store = aStore();
    const memory = await fastPostgres(store).getStore('memory');
    const asked = memory.listMessagesPage({ threadId: 't', ...wrong } as never);
    await expect(asked).rejects.toThrow(PerfConfigError);
    await expect(asked).rejects.toMatchObject({ path: `listMessagesPage.${Object.keys(wrong)[0]}` });
    expect(store.sent).toEqual([]);
  });
});
