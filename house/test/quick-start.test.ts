import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeBlocks } from '../src/docs/blocks/code-blocks.ts';
import { freePort } from '../src/docs/blocks/free-port.ts';
import { environment } from '../src/packed/package-managers.ts';
import { mustRun } from '../src/packed/run-command.ts';
import { manifestOf, packageFolder, packAll } from '../src/packed/tarballs.ts';

/*
 * docs/quick-start.md as a stranger follows it, letter by letter, in an empty folder. What it installs is linked from this
 * workspace, built. MASTRA_PERF_INSTALL=npm really installs it, which takes a minute and the registry: this package from its tarball,
 * the others in the versions that this repository is tested with, so that a release of somebody else does not fail a change of ours.
 */

const PAGE = 'docs/quick-start.md';
const PATIENCE_MS = 300_000;
const isInstalled = process.env['MASTRA_PERF_INSTALL'] === 'npm';

const blocks = codeBlocks(PAGE);
const [install, run] = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code);
const app = blocks.find(({ code }) => code.startsWith('// app.mjs'))?.code;
const promised = blocks.find(({ language }) => language === '')?.code;

let folder: string;
let port: number;
let printed = '';
let ended: Promise<unknown> | undefined;
let stop: (() => boolean) | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quick-start-'));
  const way = isInstalled ? await installed() : await linked();
  const script = (install ?? '').replace(/^npm install .*$/m, way);
  await mustRun('sh', ['-ec', script], { cwd: folder, env: environment() });

  const home = join(folder, 'quick-start');
  await writeFile(join(home, 'app.mjs'), app ?? '');
  port = await freePort();
  const child = spawn('sh', ['-ec', `exec ${run?.trim()}`], {
    cwd: home,
    env: { ...process.env, ...environment(), NODE_ENV: undefined, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  stop = () => child.kill('SIGINT');
  ended = once(child, 'exit');
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  await Promise.race([until(() => printed.includes('/perf\n')), ended]);
}, PATIENCE_MS);

afterAll(async () => {
  stop?.();
  await ended;
  await rm(folder, { recursive: true, force: true });
}, PATIENCE_MS);

it('prints what the page says, but for milliseconds', () => {
  expect(likeAny(printed)).toBe(likeAny(`${promised}\n`));
});

it('shows the two calls and the hit at /perf', async () => {
  const page = await fetch(`http://localhost:${port}/perf`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toContain('text/html');
  const figures = (await (await fetch(`http://localhost:${port}/perf/data?range=1h`)).json()) as object;
  expect(figures).toMatchObject({
    totals: { calls: 2, hits: 1, misses: 1, spent: { usd: 0.00036 }, saved: { usd: 0.00036 } },
  });
});

it('ends with Ctrl+C', async () => {
  stop?.();
  expect(await ended).toEqual([null, 'SIGINT']);
});

it('differs from the same with a real model in nothing but the model', async () => {
  const real = blocks.find(({ code }) => code.includes('OPENAI_API_KEY'))?.code.trim() ?? 'missing';
  const withoutModel = (code: string): string => code.replace(/^ {2}model: .*\n/m, '');
  expect(withoutModel(app ?? '')).toContain(withoutModel(real));
  expect(await readFile(join(folder, 'quick-start', 'app.mjs'), 'utf8')).toBe(app);
});

function namesInstalled(): string[] {
  const [, names = ''] = /^npm install (.*)$/m.exec(install ?? '') ?? [];
  return names.split(' ');
}

/** The command of the page, with versions. */
async function installed(): Promise<string> {
  const tarball = (await packAll(folder)).find(({ name }) => name === 'mastra-perf')?.file;
  const { devDependencies = {} } = await manifestOf('mastra-perf');
  const packages = namesInstalled().map((name) => {
    if (name === 'mastra-perf') return `'${tarball}'`;
    if (!devDependencies[name]) throw new Error(`expected ${name} in packages/mastra-perf, got no version`);
    return `${name}@${devDependencies[name]}`;
  });
  return `npm install ${packages.join(' ')} --no-audit --no-fund --prefer-offline`;
}

/** What takes the place of the command: links to the same packages. What the page does not name is not there. */
async function linked(): Promise<string> {
  const home = packageFolder('mastra-perf');
  const links = await Promise.all(
    namesInstalled().map(async (name) => {
      const from = name === 'mastra-perf' ? home : await realpath(join(home, 'node_modules', name));
      return `mkdir -p 'node_modules/${dirname(name)}' && ln -s '${from}' 'node_modules/${name}'`;
    }),
  );
  return links.join('\n');
}

/** Times and the port are other each time. */
const likeAny = (text: string): string =>
  text.replaceAll(/(?<=ageMs: |ms: |and )\d+/g, 'N').replaceAll(/(?<=localhost:)\d+/g, 'N');

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!condition() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
}
