import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { builtImports } from '../src/audit/built-imports.ts';
import { bundledProblems } from '../src/audit/bundled-problems.ts';
import { dependencyProblems } from '../src/audit/dependency-problems.ts';
import { holesIn, knownHoles } from '../src/audit/known-holes.ts';
import { licenseProblems } from '../src/audit/license-problems.ts';
import { tarballProblems } from '../src/audit/tarball-problems.ts';

/* Each step of the audit can fail. */

async function aFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mastra-perf-audit-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

const under = (license: string, name = 'one') => ({ name, versions: ['1.0.0'], license });

describe('licences', () => {
  test.each(['MIT', 'ISC', 'Apache-2.0', '(MIT OR GPL-3.0)', 'MIT AND ISC'])('%s is fine', (license) => {
    expect(licenseProblems([under(license)])).toEqual([]);
  });

  test.each(['GPL-3.0', 'Unknown', '', 'SEE LICENSE IN x', 'MIT AND GPL-3.0', 'GPL-3.0 OR AGPL-3.0'])(
    '"%s" is told',
    (license) => {
      expect(licenseProblems([under('MIT', 'two'), under(license)])).toEqual([`one is under ${license}`]);
    },
  );

  test('that nobody knows are told', () => {
    expect(licenseProblems([under('MIT')], ['one', 'two'])).toEqual(['no licence of two is known']);
  });
});

describe('dependencies', () => {
  const manifest = { name: 'mine', version: '1.0.0', engines: { node: '>=22' } };

  test('are those that the built files name', async () => {
    const folder = await aFolder({
      'dist/index.mjs': [
        'import { a } from "a/sub";',
        "export * from './local.mjs';",
        'import fs from "node:fs";',
        'import "bare";',
        'const b = await import("@scope/b/deep");',
        "/**\n * import { x } from 'of-an-example';\n */",
      ].join('\n'),
      'dist/index.cjs': 'let c = require("c"); require("path");',
      'dist/index.d.mts': 'import type { D } from "d";',
      'dist/index.mjs.map': 'import { e } from "e";',
    });
    expect([...(await builtImports(folder))].toSorted()).toEqual(['@scope/b', 'a', 'bare', 'c', 'd']);
  });

  test('that are missing, or not needed, are told', () => {
    const dependencies = { a: '1', '@types/b': '1', idle: '1' };
    const peerDependencies = { peer: '1', never: '1' };
    expect(
      dependencyProblems(
        { ...manifest, dependencies, peerDependencies },
        new Set(['a', 'b', 'peer', 'mine', 'missing']),
      ),
    ).toEqual([
      'depends on idle, which no built file names',
      'loads b, on which it does not depend',
      'loads missing, on which it does not depend',
    ]);
  });

  test('that were built in have their licence beside', async () => {
    const map = JSON.stringify({
      sources: [
        '../src/index.ts',
        '../node_modules/.pnpm/x@1/node_modules/@in/side/a.js',
        '../node_modules/known/a.js',
      ],
    });
    const files = {
      'dist/index.mjs.map': map,
      'page/main.ts': "import { plot } from 'plots';\nimport { own } from './own.ts';",
    };
    const notices = 'known (https://one.test)\n\nMIT\n\nPlots (https://two.test)\n\nMIT\n';
    const told = (name: string) => `contains ${name}, whose licence is not in THIRD-PARTY-LICENSES`;
    expect(await bundledProblems(await aFolder(files))).toEqual(['@in/side', 'known', 'plots'].map(told));
    const withNotices = await aFolder({ ...files, 'THIRD-PARTY-LICENSES': notices });
    expect(await bundledProblems(withNotices)).toEqual([told('@in/side')]);
  });
});

describe('the tarball', () => {
  const map = (sources: readonly string[], sourcesContent?: readonly (string | null)[]) =>
    JSON.stringify({ sources, sourcesContent });

  async function problemsOf(files: Readonly<Record<string, string>>, size = 10) {
    const folder = await aFolder({ ...files, 'a.tgz': 'x'.repeat(size) });
    const contents = Object.keys(files);
    return tarballProblems({ name: 'mastra-perf-redis', file: join(folder, 'a.tgz'), contents }, folder);
  }

  test('has what is built, and what is read', async () => {
    const files = {
      ...{ 'package.json': '', 'README.md': '', LICENSE: '', 'dist/index.mjs': '', 'dist/index.d.cts': '' },
      'dist/index.mjs.map': map(['../src/index.ts'], ['text']),
    };
    expect(await problemsOf(files)).toEqual([]);
  });

  test('that has something else, or is larger than before, is told', async () => {
    const files = { 'src/index.ts': '', '.env': '', 'dist/index.test.ts': '' };
    expect(await problemsOf(files, 200_001)).toEqual([
      'is 200001 bytes packed, more than 200000',
      ...Object.keys(files).map((path) => `has ${path} inside`),
    ]);
  });

  test('with a map that is of no use, or tells of the machine, is told', async () => {
    const files = {
      'dist/a.mjs.map': map(['../src/a.ts'], [null]),
      'dist/b.mjs.map': map(['../src/b.ts']),
      'dist/c.mjs.map': map(['/home/me/c.ts', 'C:\\me\\c.ts'], ['text', 'text']),
    };
    expect(await problemsOf(files)).toEqual([
      'has dist/a.mjs.map, a map of sources that are not in it',
      'has dist/b.mjs.map, a map of sources that are not in it',
      'has dist/c.mjs.map, which names /home/me/c.ts',
      'has dist/c.mjs.map, which names C:\\me\\c.ts',
    ]);
  });
});

describe('known holes', () => {
  const packages = [{ name: 'lru-cache', versions: ['11.0.0', '11.5.3'], license: 'MIT' }];
  const advisory = (severity: string, version: string, module_name = 'lru-cache') => ({
    ...{ findings: [{ version }], module_name, severity, title: 'A hole', url: 'https://holes.test/1' },
  });
  const report = (...advisories: object[]) => JSON.stringify({ advisories: { ...advisories } });

  test('in what is installed with our packages are told, the lesser ones as notes', () => {
    const text = report(
      advisory('high', '11.5.3'),
      advisory('critical', '11.0.0'),
      advisory('moderate', '11.5.3'),
      // Of an example or a benchmark.
      advisory('critical', '10.0.0'),
      advisory('critical', '11.5.3', 'left-pad'),
    );
    expect(holesIn(text, packages)).toEqual({
      problems: [
        'lru-cache@11.5.3 has a known hole (high): A hole, https://holes.test/1',
        'lru-cache@11.0.0 has a known hole (critical): A hole, https://holes.test/1',
      ],
      notes: ['lru-cache@11.5.3 has a known hole (moderate): A hole, https://holes.test/1'],
    });
    expect(holesIn(report(), packages)).toEqual({ problems: [], notes: [] });
  });

  test.each(['', 'ERR_PNPM', '{}', 'null', '[]', '{"error":{"code":"E"}}'])(
    'are not read from "%s", which is no report',
    (text) => {
      expect(holesIn(text, packages)).toBeUndefined();
    },
  );

  async function aRegistry(status: number, body: unknown): Promise<string> {
    const server = createServer((_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test('are asked of the registry, in the words of our package manager', async () => {
    const hole = { id: 1, url: 'https://holes.test/1', title: 'A hole', severity: 'high' };
    const registry = await aRegistry(200, { 'lru-cache': [{ ...hole, vulnerable_versions: '>=0' }] });
    const { problems } = await knownHoles(packages, { registry });
    expect(problems).toEqual(['lru-cache@11.5.3 has a known hole (high): A hole, https://holes.test/1']);
  });

  test('that a registry does not tell are no problem, and this is said', async () => {
    const registry = await aRegistry(405, {});
    const { problems, notes } = await knownHoles(packages, { registry });
    expect(problems).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(/^known holes were not looked up: .*405/)]);
  });
});
