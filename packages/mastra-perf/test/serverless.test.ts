import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { untilWorks } from '@mastra-perf/testkit';
import { startSimulatedProvider } from '@mastra-perf/testkit/simulated-provider';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPerf, memoryStore, serverless, type PerfOptions } from '../src/index.ts';

vi.setConfig({ testTimeout: 60_000 });

const provider = await startSimulatedProvider();
const directory = await mkdtemp(join(tmpdir(), 'mastra-perf-'));
afterAll(async () => {
  await provider.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => provider.reset());

const path = (name: string): string =>
  fileURLToPath(new URL(`./fixtures/serverless/${name}.ts`, import.meta.url));

interface Invocation {
  readonly answer: string;
  readonly stored: ReadonlyArray<{ readonly key?: string; readonly counts?: Record<string, number> }>;
  readonly timers: readonly string[];
}

async function start(file: string, argument: string, more: NodeJS.ProcessEnv = {}) {
  const log = join(directory, randomUUID());
  await writeFile(log, '');
  const env = { ...process.env, MODEL_URL: provider.url, STORE_LOG: log, ...more };
  const child = spawn(process.execPath, [path(file), argument], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stored = async () =>
    (await readFile(log, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Invocation['stored'][number]);
  const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]).then(
    ([[code, signal], output, errors]) => ({
      code: code as unknown,
      signal: signal as unknown,
      output,
      errors,
    }),
  );
  return { child, ended, stored };
}

const countsIn = (stored: Invocation['stored'], name: string): number =>
  stored.reduce((sum, { counts }) => sum + (counts?.[name] ?? 0), 0);

describe.each(['lambda', 'worker'])('the handler of docs/serverless.md for %s', (platform) => {
  it('has all in the store and the ledger when the platform may freeze it, and no timer that keeps it alive', async () => {
    const { ended } = await start('invoke', platform);
    const { code, output, errors } = await ended; // by itself
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const [first, second] = JSON.parse(output) as Invocation[];

    expect(provider.totals().chat).toBe(1);
    expect(first!.answer).not.toBe('');
    expect(second!.answer).toBe(first!.answer);
    expect(first!.stored.filter(({ key }) => key !== undefined)).toHaveLength(1);
    const counted = [first!, second!].map(({ stored }) => [
      countsIn(stored, 'misses'),
      countsIn(stored, 'hits'),
    ]);
    expect(counted).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect([first!.timers, second!.timers]).toEqual([[], []]);
  });
});

describe('the server of docs/serverless.md', () => {
  it('has all in the store and the ledger when it has ended by SIGTERM', async () => {
    const port = '38417';
    const { child, ended, stored } = await start('node', '', { PORT: port });
    const ask = async () =>
      (await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: 'Hello' })).text();
    const answer = await untilWorks('the server to listen', ask);
    expect(answer).not.toBe('');
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, signal: null, output: '', errors: '' });
    const all = await stored();
    expect(all.filter(({ key }) => key !== undefined)).toHaveLength(1);
    expect(countsIn(all, 'misses')).toBe(1);
  });
});

it.each(['node', 'lambda', 'worker'])(
  'docs/serverless.md shows the handler that is tested: %s',
  async (name) => {
    const docs = await readFile(new URL('../../../docs/serverless.md', import.meta.url), 'utf8');
    expect(docs).toContain(`\`\`\`ts\n${await readFile(path(name), 'utf8')}\`\`\``);
  },
);

describe('serverless()', () => {
  it('hears nothing of other processes, and keeps answers in memory for 10 s', () => {
    const store = memoryStore();
    const options = serverless({ store });
    expect(options.store?.bus).toBeUndefined();
    expect(options.store?.ledger).toBe(store.ledger);
    expect(store.bus).toBeDefined();
    expect(options.cache).toEqual({ maxBytes: '16mb', maxEntries: 1000, memoryTtl: '10s' });
    expect(options.embeddings).toEqual({ maxBytes: '16mb' });
  });

  it('calls methods of a store on the store itself', async () => {
    class Hidden {
      readonly name = 'hidden';
      readonly cache = memoryStore().cache;
      #connected = 0;
      async connect(): Promise<void> {
        this.#connected++;
      }
      async health(): Promise<void> {}
      async close(): Promise<void> {}
      connected = (): number => this.#connected;
    }
    const store = new Hidden();
    await serverless({ store }).store?.connect();
    expect(store.connected()).toBe(1);
  });

  it('without a store keeps answers as long as they are fresh', () => {
    expect(serverless()).toEqual({
      cache: { maxBytes: '16mb', maxEntries: 1000 },
      embeddings: { maxBytes: '16mb' },
    });
  });

  it('lets your options win', () => {
    expect(serverless({ cache: { ttl: '1d', maxBytes: '64mb' }, embeddings: false, usage: false })).toEqual({
      cache: { maxBytes: '64mb', maxEntries: 1000, ttl: '1d' },
      embeddings: false,
      usage: false,
    });
    expect(serverless({ cache: false }).cache).toBe(false);
    expect(serverless({ cache: true }).cache).toEqual({ maxBytes: '16mb', maxEntries: 1000 });
  });

  it.each<[PerfOptions, string]>([
    [{ store: 1 as never }, 'createPerf.store'],
    [{ store: null as never }, 'createPerf.store'],
    [{ cache: { ttl: 'soon' as never } }, 'createPerf.cache.ttl'],
    [{ cache: 5 as never }, 'createPerf.cache'],
    [{ caches: true } as never, 'createPerf.caches'],
  ])('leaves it to createPerf() to say what is wrong: %o', (options, where) => {
    expect(() => createPerf(serverless(options))).toThrow(
      expect.objectContaining({ code: 'MASTRA_PERF_CONFIG', path: where }),
    );
  });
});
