import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeTest from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as vitest from 'vitest';
import { expect, expectTypeOf, it } from 'vitest';
import type { TestRunner } from '../src/testing/index.ts';

/* The built entry `mastra-perf/testing`, as somebody who writes a store uses it. */

const run = promisify(execFile);
const dist = fileURLToPath(new URL('../dist/', import.meta.url));

it('takes vitest and node:test for runners', () => {
  expectTypeOf(vitest).toExtend<TestRunner>();
  expectTypeOf(nodeTest).toExtend<TestRunner>();
});

it.each([
  { format: 'ESM', from: 'mjs', load: (file: string) => `await import(${JSON.stringify(`file://${file}`)})` },
  { format: 'CommonJS', from: 'cjs', load: (file: string) => `require(${JSON.stringify(file)})` },
])('$format: the suites run under node:test', async ({ from, load }) => {
  expect(existsSync(`${dist}testing.${from}`), 'run the build first: ./dev test does').toBe(true);
  const script = `
    (async () => {
      const { memoryStore } = ${load(`${dist}index.${from}`)};
      const { chaosStore, describePerfStore, testClock } = ${load(`${dist}testing.${from}`)};
      describePerfStore({
        runner: require('node:test'),
        name: 'memory',
        async open() {
          const store = memoryStore();
          return { store: chaosStore(store), second: store, close: () => store.close() };
        },
      });
      testClock().advance(1);
    })();
  `;
  const { stdout } = await run(process.execPath, [
    '--test-reporter=tap',
    '--input-type=commonjs',
    '-e',
    script,
  ]);
  const count = (what: string) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1]);
  expect(count('pass')).toBeGreaterThan(45);
  expect({ fail: count('fail'), skipped: count('skipped') }).toEqual({ fail: 0, skipped: 2 });
});

it('is not loaded by the main entry', async () => {
  const script = `
    const { registerHooks } = require('node:module');
    const loaded = [];
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
    import(${JSON.stringify(`file://${dist}index.mjs`)}).then(() => console.log(JSON.stringify(loaded)));
  `;
  const { stdout } = await run(process.execPath, ['--input-type=commonjs', '-e', script]);
  const loaded = JSON.parse(stdout) as string[];
  expect(loaded.filter((url) => url.endsWith('/dist/index.mjs'))).toHaveLength(1);
  expect(loaded.filter((url) => /testing|node:assert|node:test/.test(url))).toEqual([]);
});
