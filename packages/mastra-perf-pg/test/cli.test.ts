import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { service, startPostgres } from '@mastra-perf/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/* The built command, as somebody runs it in the folder of an application. More about it is tested with Redis. */

const postgres = await service(startPostgres, 'Postgres');
afterAll(() => postgres.skip ?? postgres.service.stop());

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const manifest = require.resolve('mastra-perf/package.json');
const bin = path.join(path.dirname(manifest), require(manifest).bin['mastra-perf']);
const cwd = path.dirname(fileURLToPath(new URL('../package.json', import.meta.url)));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function command(...args: string[]): Promise<Ended> {
  return run(process.execPath, [bin, ...args], { cwd }).then(
    (ended): Ended => ({ code: 0, ...ended }),
    (failed: Ended) => failed,
  );
}

describe.skipIf(postgres.skip)('mastra-perf usage', () => {
  const schema = `test_${randomUUID()}`;
  let store: readonly string[] = [];

  beforeAll(async () => {
    const { connectionString } = postgres.service!;
    store = ['--store', connectionString, '--schema', schema];
    const program = fileURLToPath(new URL('fixtures/track-usage.ts', import.meta.url));
    const processes = [
      ['ann', 'bob'],
      ['ann', "o'neil"],
    ];
    await Promise.all(
      processes.map((users) => run(process.execPath, [program, connectionString, schema, ...users])),
    );
  }, 60_000);

  test('tells what two processes used', async () => {
    const { code, stdout, stderr } = await command(
      'usage',
      ...store,
      '--by',
      'user',
      '--since',
      '1h',
      '--json',
    );
    expect([code, stderr]).toEqual([0, '']);
    const rows = JSON.parse(stdout) as Array<{ user: string }>;
    expect(rows.map(({ user }) => user).toSorted()).toEqual(['ann', 'bob', "o'neil"]);
    expect(rows[0]).toMatchObject({
      user: 'ann',
      modelCalls: 4,
      spent: { inputTokens: 4000, outputTokens: 400, usd: 0.000_84 },
    });
  });

  test('tells what is asked for, as a table', async () => {
    const asked = ['--by', 'agent,model', '--interval', 'month', '--where', "user=o'neil"];
    const { code, stdout, stderr } = await command('usage', ...store, ...asked);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^start +agent +model +calls /);
    expect(stdout).toMatch(/T00:00:00.000Z +batch +openai\/gpt-4o-mini +1 +0 +1 +1,000 +100 +\$0.000210/);
    expect(stdout).toMatch(/\ntotal +2 /);
    const nothing = await command('usage', ...store, '--where', 'user=%');
    expect([nothing.code, nothing.stdout]).toEqual([0, 'Nothing was counted in this time.\n']);
  });

  test('fails with a message and without the password', async () => {
    const { code, stdout, stderr } = await command(
      'usage',
      '--store',
      'postgres://ann:very-secret@127.0.0.1:1/db',
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^mastra-perf: .*ECONNREFUSED.*\n$/);
    expect(stderr).not.toContain('very-secret');
  });
});
