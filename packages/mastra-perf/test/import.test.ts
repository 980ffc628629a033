import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/* What importing the built package does: little, and nothing to anybody else. */

const run = promisify(execFile);
const dist = (file: string) => fileURLToPath(new URL(`../dist/${file}`, import.meta.url));

/** Imports the built package in a process of its own and tells what that loaded and left behind. */
async function imported(statement: string) {
  const script = `
    const { registerHooks } = require('node:module');
    const loaded = [];
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
    const before = new Set(Reflect.ownKeys(globalThis));
    const listeners = process.eventNames().length;
    (async () => {
      ${statement}
      console.log(JSON.stringify({
        loaded,
        globals: Reflect.ownKeys(globalThis).filter((key) => !before.has(key)).map(String),
        listeners: process.eventNames().length - listeners,
        resources: process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap' && name !== 'TTYWrap'),
      }));
    })();
  `;
  const { stdout } = await run(process.execPath, ['--input-type=commonjs', '-e', script]);
  return JSON.parse(stdout) as {
    loaded: string[];
    globals: string[];
    listeners: number;
    resources: string[];
  };
}

it.each([
  {
    format: 'ESM',
    file: 'index.mjs',
    statement: (file: string) => `await import(${JSON.stringify(pathToFileURL(file).href)});`,
  },
  { format: 'CommonJS', file: 'index.cjs', statement: (file: string) => `require(${JSON.stringify(file)});` },
])('$format: loads little else, and leaves nothing behind', async ({ file, statement }) => {
  expect(existsSync(dist(file)), 'run the build first: ./dev test does').toBe(true);
  const { loaded, globals, listeners, resources } = await imported(statement(dist(file)));
  const files = loaded.filter((url) => url.startsWith('file:'));
  const heavy = files.filter((url) =>
    /node_modules\/(zod|@pydantic|@datadog)\/|core\/dist\/(agent|processors|index)/.test(url),
  );
  expect(heavy).toEqual([]);
  // What only some apps need is loaded when they need it.
  expect(
    files.filter((url) => /context-parts|semantic-parts|token-counting|ingest-run|create-doctor/.test(url)),
  ).toEqual([]);
  expect(files.filter((url) => !url.includes('/mastra-perf/dist/')).length).toBeLessThanOrEqual(3);
  // zod's own switchboard; the plugin's registry is made by the first registration.
  expect(globals.filter((name) => !name.startsWith('__zod_'))).toEqual([]);
  expect({ listeners, resources }).toEqual({ listeners: 0, resources: [] });
});
