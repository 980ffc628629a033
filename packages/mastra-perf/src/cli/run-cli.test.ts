import { describe, expect, it } from 'vitest';
import { PerfConfigError } from '../errors.ts';
import { memoryStore } from '../stores/memory-store.ts';
import type { PerfStore } from '../stores/perf-store.ts';
import { runCli } from './run-cli.ts';

const NOW = Date.now();

/** The command in an application that has these modules. */
function setUp(modules: Readonly<Record<string, unknown>>, env: Record<string, string> = {}) {
  const written = { out: '', err: '' };
  const loaded: string[] = [];
  const require = Object.assign(
    (name: string) => {
      loaded.push(name);
      return modules[name];
    },
    {
      resolve(name: string) {
        if (!(name in modules)) throw Object.assign(new Error('no'), { code: 'MODULE_NOT_FOUND' });
        return name;
      },
    },
  );
  const run = (...args: string[]) =>
    runCli(args, {
      env,
      require,
      now: () => NOW,
      out: async (text) => void (written.out += text),
      err: async (text) => void (written.err += text),
    });
  return { run, written, loaded };
}

/** An adapter over one store in memory, and what it was asked. */
function anAdapter(over: Partial<PerfStore> = {}) {
  const store = memoryStore();
  const calls: unknown[] = [];
  const make = (options: unknown) => {
    calls.push(options);
    return {
      ...store,
      connect: async () => void calls.push('connect'),
      close: async () => void calls.push('close'),
      ...over,
    };
  };
  return { store, calls, make };
}

const counted = async (store: PerfStore) =>
  store.ledger!.record([
    { id: '1', at: NOW, group: { agent: 'a', resource: 'ann' }, counts: { misses: 1, modelCalls: 1 } },
    { id: '2', at: NOW, group: { agent: 'b', resource: 'bob' }, counts: { misses: 2, modelCalls: 2 } },
  ]);

describe('the command', () => {
  it.each([
    ['redis://u:p@h', 'mastra-perf-redis', 'redisStore', '--prefix', { url: 'redis://u:p@h', prefix: 'x' }],
    ['rediss://h', 'mastra-perf-redis', 'redisStore', '--prefix', { url: 'rediss://h', prefix: 'x' }],
    [
      'postgres://h/d',
      'mastra-perf-pg',
      'postgresStore',
      '--schema',
      { connectionString: 'postgres://h/d', schema: 'x' },
    ],
    [
      'postgresql://h',
      'mastra-perf-pg',
      'postgresStore',
      '--schema',
      { connectionString: 'postgresql://h', schema: 'x' },
    ],
  ])('asks the store of %s, and closes it', async (address, module, name, place, options) => {
    const { make, calls, store } = anAdapter();
    await counted(store);
    const { run, written, loaded } = setUp({ [module]: { [name]: make } });
    const asked = ['--by', 'agent', '--where', 'resource=bob', '--json'];
    expect([await run('usage', '--store', address, place, 'x', ...asked), written.err]).toEqual([0, '']);
    expect(JSON.parse(written.out)).toMatchObject([{ agent: 'b', calls: 2 }]);
    expect(calls).toEqual([options, 'connect', 'close']);
    expect(loaded).toEqual([module]);
  });

  it('prints a table, or CSV', async () => {
    const { make, store } = anAdapter();
    await counted(store);
    const modules = { 'mastra-perf-redis': { redisStore: make } };
    const table = setUp(modules, { MASTRA_PERF_STORE: 'redis://h' });
    expect(await table.run('usage')).toBe(0);
    expect(table.written.out).toMatch(/^agent +calls .*\n-+ .*\n(b|a) .*\n(b|a) .*\ntotal +3 /);
    const csv = setUp(modules, { MASTRA_PERF_STORE: 'redis://h' });
    expect(await csv.run('usage', '--csv')).toBe(0);
    expect(csv.written.out).toMatch(/^agent,calls,.*\r\nb,2,/);
  });

  it('tells what is missing, and where', async () => {
    const { run, written } = setUp({});
    expect(await run('usage', '--store', 'postgres://u:secret@h')).toBe(1);
    expect(written.err).toMatch(/mastra-perf-pg is not installed here.*npm install mastra-perf-pg/);
    expect(written.out).toBe('');
  });

  it.each([
    ['http://u:secret@h', []],
    ['secret', []],
    ['redis://:secret@h', ['--schema', 'x']],
  ])('is asked wrongly: %s %j', async (address, more) => {
    const { make } = anAdapter();
    const { run, written } = setUp({ 'mastra-perf-redis': { redisStore: make } });
    expect(await run('usage', '--store', address, ...more)).toBe(2);
    expect(written.err).toMatch(/^mastra-perf: --(store|schema): expected .*\n.*--help\n$/);
    expect(written.err).not.toContain('secret');
  });

  it('never prints a password, whatever an adapter says', async () => {
    const address = 'redis://ann:s3%20cret@h:1/0';
    const texts = [
      address,
      'the password "s3 cret" is wrong',
      's3%20cret',
      'see redis://other:hidden@elsewhere',
    ];
    for (const [index, error] of [
      new Error(texts.join(' ')),
      new PerfConfigError('url', texts[0], texts.join(' ')),
    ].entries()) {
      const { make, calls } = anAdapter({ connect: async () => Promise.reject(error) });
      const { run, written } = setUp({ 'mastra-perf-redis': { redisStore: make } });
      expect(await run('usage', '--store', address)).toBe(index + 1);
      expect(written.err).not.toMatch(/s3|cret|hidden/);
      expect(written.err).toContain('redis://***@h:1/0');
      expect(calls).toContain('close');
    }
  });

  it('is not held up by a store that does not close well', async () => {
    const { make, store } = anAdapter({ close: async () => Promise.reject(new Error('no')) });
    await counted(store);
    const { run, written } = setUp({ 'mastra-perf-redis': { redisStore: make } });
    expect(await run('usage', '--store', 'redis://h', '--json')).toBe(0);
    expect(JSON.parse(written.out)).toHaveLength(2);
  });

  it('tells its version and how it is used', async () => {
    const { run, written } = setUp({});
    expect(await run('--version')).toBe(0);
    expect(written.out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await run('--help')).toBe(0);
    expect(written.out).toContain('mastra-perf usage --store <url>');
    expect(await run()).toBe(2);
    expect(written.err).toContain('mastra-perf --help');
  });
});
