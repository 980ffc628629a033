import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { service, startRedis } from '@mastra-perf/testkit';
import { createPerf, TokenUsageMonitor } from 'mastra-perf';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { redisStore } from '../src/index.ts';

/* The built command, as somebody runs it in the folder of an application. */

const redis = await service(startRedis, 'Redis');
afterAll(() => redis.skip ?? redis.service.stop());

const run = promisify(execFile);
const resolve = createRequire(import.meta.url).resolve;
const manifest = resolve('mastra-perf/package.json');
const bin = path.join(path.dirname(manifest), createRequire(import.meta.url)(manifest).bin['mastra-perf']);
const folder = path.dirname(fileURLToPath(new URL('../package.json', import.meta.url)));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function command(args: readonly string[], { cwd = folder, env = {}, node = [] as string[] } = {}) {
  const settings = { cwd, env: { PATH: process.env['PATH'], REDIS_URL: redis.service?.url, ...env } };
  return run(process.execPath, [...node, bin, ...args], settings).then(
    (ended): Ended => ({ code: 0, ...ended }),
    (failed: Ended) => failed,
  );
}

describe.skipIf(redis.skip)('mastra-perf usage', () => {
  let store: readonly string[] = [];
  let prefix = '';

  beforeAll(async () => {
    prefix = `${redis.service!.prefix}${randomUUID()}`;
    store = ['--store', redis.service!.url, '--prefix', prefix];
    const program = fileURLToPath(new URL('fixtures/track-usage.ts', import.meta.url));
    const processes = [
      ['ann', 'bob'],
      ['ann', '=1+1'],
    ];
    await Promise.all(
      processes.map((users) => run(process.execPath, [program, redis.service!.url, prefix, ...users])),
    );
  }, 60_000);

  test('tells what two processes used', async () => {
    const asked = ['--by', 'user,model', '--since', '1h', '--json'];
    const { code, stdout, stderr } = await command(['usage', ...store, ...asked]);
    expect([code, stderr]).toEqual([0, '']);
    const model = 'openai/gpt-4o-mini';
    expect(JSON.parse(stdout)).toMatchObject([
      { user: 'ann', model, modelCalls: 4, spent: { inputTokens: 4000, outputTokens: 400, usd: 0.000_84 } },
      { model, modelCalls: 2, spent: { usd: 0.000_42 } },
      { model, modelCalls: 2, spent: { usd: 0.000_42 } },
    ]);
    const perf = createPerf({ store: redisStore({ url: redis.service!.url, prefix }) });
    onTestFinished(() => perf.close());
    const [first] = JSON.parse(stdout);
    const { spent, models } = await new TokenUsageMonitor(perf).getUsageReport('ann', { from: '1h' });
    expect(spent).toEqual(first.spent);
    expect(models).toMatchObject([{ model, modelCalls: 4 }]);
  });

  test('prints a table, and CSV, with the store from a variable', async () => {
    const [, url, ...place] = store;
    const env = { MASTRA_PERF_STORE: url };
    const where = ['--where', 'user=ann', '--by', 'agent'];
    const table = await command(['usage', ...place, ...where], { env });
    expect([table.code, table.stderr]).toEqual([0, '']);
    const lines = table.stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 6));
    expect(lines.slice(0, 1)).toEqual([['agent', 'calls', 'saved calls', 'requests', 'input', 'output']]);
    expect(lines.slice(2, -1).toSorted()).toEqual([
      ['batch', '2', '0', '2', '2,000', '200'],
      ['nightly', '2', '0', '2', '2,000', '200'],
      ['total', '4', '0', '4', '4,000', '400'],
    ]);
    const csv = await command(['usage', ...place, '--by', 'user', '--csv'], { env });
    expect(csv.stdout.split('\r\n').map((line) => line.split(',')[0])).toEqual(
      expect.arrayContaining(['user', 'ann', "'=1+1", '']),
    );
  });

  test('knows nothing of a store with another prefix, and reads no other variable', async () => {
    const elsewhere = await command([
      'usage',
      '--store',
      redis.service!.url,
      '--prefix',
      randomUUID(),
      '--json',
    ]);
    expect([elsewhere.code, elsewhere.stdout]).toEqual([0, '[]\n']);
    const nowhere = await command(['usage', '--json']);
    expect([nowhere.code, nowhere.stdout]).toEqual([2, '']);
    expect(nowhere.stderr).toContain('MASTRA_PERF_STORE');
  });

  test('fails with a message and without the password', async () => {
    const url = new URL(redis.service!.url);
    url.username = 'ann';
    url.password = 'very-secret';
    const { code, stdout, stderr } = await command(['usage', '--store', url.href]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^mastra-perf: .+\n$/);
    expect(stderr).not.toContain('very-secret');
    const away = await command(['usage', '--store', 'redis://:very-secret@127.0.0.1:1']);
    expect([away.code, away.stderr]).toEqual([1, expect.stringContaining('ECONNREFUSED')]);
  });

  test('says what is to be installed where the adapter is not', async () => {
    const cwd = await mkdtemp(path.join(tmpdir(), 'no-adapter-'));
    onTestFinished(() => rm(cwd, { recursive: true }));
    const { code, stderr } = await command(['usage', ...store], { cwd });
    expect([code, stderr]).toEqual([1, expect.stringContaining('npm install mastra-perf-redis')]);
  });

  test('loads neither agents nor prices', async () => {
    const hook = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
      process.on('exit', () => process.stderr.write(JSON.stringify(loaded)));`;
    const node = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`];
    const { code, stderr } = await command(['usage', ...store], { node });
    expect(code).toBe(0);
    const loaded = (JSON.parse(stderr) as string[]).filter((url) => !url.startsWith('node:'));
    expect(loaded).toContainEqual(expect.stringMatching(/mastra-perf-redis\/dist\/index\.cjs$/));
    // The adapter loads the entry of mastra-perf, and that a class of 2 kB for contexts.
    const heavy = /@mastra\/(?!core\/dist\/request-context)|@pydantic|node_modules\/zod/;
    expect(loaded.filter((url) => heavy.test(url))).toEqual([]);
  });
});
