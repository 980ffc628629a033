import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const repository = path.join(import.meta.dirname, '..');
const core = 'packages/mastra-perf/src';
const redis = 'packages/mastra-perf-redis/src';

interface Case {
  /** A file with one import in it. */
  readonly file: string;
  readonly code: string;
  /** What the lint must say of it; absent: nothing. */
  readonly says?: string;
}

const between = (file: string, specifier: string, says: string): Case => ({
  file: `${core}/${file}`,
  code: `import { b } from '${specifier}';`,
  says: `room wall: ${says}`,
});
const refusedBetweenRooms: readonly Case[] = [
  between('cache/a.ts', '../coalesce/b.ts', 'cache may not import coalesce/b.ts'),
  between('cache/a.ts', '../mastra/b.ts', 'cache may not import mastra/b.ts'),
  between('cache/a.ts', '../stores/b.ts', 'cache may import only types of stores'),
  between('cache/a.ts', '../testing/b.ts', 'cache may not import testing/b.ts'),
  between('cache/a.ts', '../perf.ts', 'cache may not import perf.ts'),
  between('cache/a.ts', '../index.ts', 'cache may not import index.ts'),
  between('cache/deep/a.ts', '../../coalesce/b.ts', 'cache may not import coalesce/b.ts'),
  between('coalesce/a.ts', '../cache/b.ts', 'coalesce may not import cache/b.ts'),
  between('context/a.ts', '../embeddings/b.ts', 'context may not import embeddings/b.ts'),
  between('embeddings/a.ts', '../context/b.ts', 'embeddings may not import context/b.ts'),
  between('usage/a.ts', '../monitor/b.ts', 'usage may not import monitor/b.ts'),
  between('monitor/a.ts', '../usage/b.ts', 'monitor may not import usage/b.ts'),
  between('history/a.ts', '../batch/b.ts', 'history may not import batch/b.ts'),
  between('batch/a.ts', '../history/b.ts', 'batch may not import history/b.ts'),
  between('lifecycle/a.ts', '../mastra/b.ts', 'lifecycle may not import mastra/b.ts'),
  between('mastra/a.ts', '../cache/b.ts', 'mastra may not import cache/b.ts'),
  between('mastra/a.ts', '../stores/b.ts', 'mastra may import only types of stores'),
  between('pipeline/a.ts', '../cache/b.ts', 'pipeline may not import cache/b.ts'),
  between('pipeline/a.ts', '../stores/b.ts', 'pipeline may not import stores/b.ts'),
  between('stores/a.ts', '../pipeline/b.ts', 'stores may not import pipeline/b.ts'),
  between('base/a.ts', '../events.ts', 'base may not import events.ts'),
  between('base/a.ts', '../pipeline/b.ts', 'base may not import pipeline/b.ts'),
  between('testing/a.ts', '../pipeline/b.ts', 'testing may not import pipeline/b.ts'),
  between('perf.ts', './testing/b.ts', 'perf.ts may not import testing/b.ts'),
  between('perf.ts', './cli/b.ts', 'perf.ts may not import cli/b.ts'),
  between('index.ts', './cli/b.ts', 'index.ts may not import cli/b.ts'),
  between('usage/a.ts', '../cli/b.ts', 'usage may not import cli/b.ts'),
  between('cli/a.ts', '../perf.ts', 'cli may not import perf.ts'),
  between('cli/a.ts', '../mastra/b.ts', 'cli may not import mastra/b.ts'),
  between('options.ts', './cache/key.ts', 'options.ts may not import cache/key.ts'),
  between('errors.ts', './base/b.ts', 'errors.ts may not import base/b.ts'),
  between('events.ts', './pipeline/outcome.ts', 'events.ts may import only types of pipeline'),
  between('utils/a.ts', '../base/b.ts', 'utils is not a room'),
  between('more.ts', './base/b.ts', 'more.ts is not a room'),
  between('cache/a.ts', '../utils/b.ts', 'cache may not import utils/b.ts'),
];

const written = (code: string, says = 'room wall: cache may not import coalesce/b.ts'): Case => ({
  file: `${core}/cache/a.ts`,
  code,
  says,
});
const refusedHoweverWritten: readonly Case[] = [
  written(`import '../coalesce/b.ts';`),
  written(`import type { B } from '../coalesce/b.ts';`),
  written(`export { b } from '../coalesce/b.ts';`),
  written(`export * from '../coalesce/b.ts';`),
  written(`export type B = import('../coalesce/b.ts').B;`),
  written(`export type B = typeof import('../coalesce/b.ts');`),
  written(`await import('../coalesce/b.ts');`),
  written('await import(`../coalesce/b.ts`);'),
  written(`require('../coalesce/b.ts');`),
  written(`import b = require('../coalesce/b.ts');`),
  written(`import { type B } from '../stores/b.ts';`, 'room wall: cache may import only types of stores'),
];

const refusedElsewhere: readonly Case[] = [
  { file: `${core}/cache/a.ts`, code: `import type { B } from '@mastra/core/agent';`, says: 'mastra wall' },
  { file: `${core}/index.ts`, code: `export type { Agent } from '@mastra/core';`, says: 'mastra wall' },
  { file: `${core}/perf.ts`, code: `import { Agent } from '@mastra/core';`, says: 'mastra wall' },
  {
    file: `${core}/cache/a.ts`,
    code: `import { perf } from 'mastra-perf';`,
    says: 'adapter wall: mastra-perf',
  },
  { file: `${core}/cache/a.ts`, code: `import { b } from '@mastra-perf/testkit';`, says: 'testkit wall' },
  { file: `${core}/testing/a.ts`, code: `import { test } from 'vitest';`, says: 'vitest wall' },
  {
    file: `${core}/cache/a.ts`,
    code: `import { b } from '../../../testkit/src/b.ts';`,
    says: 'package wall',
  },
  {
    file: `${core}/cache/a.test.ts`,
    code: `import { b } from '../../../testkit/src/b.ts';`,
    says: 'package wall',
  },
  { file: `${redis}/a.ts`, code: `import { b } from 'mastra-perf/dist/index.mjs';`, says: 'adapter wall' },
  {
    file: `${redis}/a.ts`,
    code: `import { b } from 'mastra-perf-pg';`,
    says: 'adapter wall: mastra-perf-redis',
  },
  { file: `${redis}/a.ts`, code: `import { b } from '../../mastra-perf/src/perf.ts';`, says: 'package wall' },
  { file: `${redis}/a.ts`, code: `import { b } from '@mastra-perf/testkit';`, says: 'testkit wall' },
  { file: 'examples/mastra-app/src/a.ts', code: `import { test } from 'vitest';`, says: 'vitest wall' },
  {
    file: 'examples/mastra-app/src/a.ts',
    code: `import '../../mastra-app-2/src/b.ts';`,
    says: 'package wall',
  },
];

const allowed: readonly Case[] = [
  { file: `${core}/cache/a.ts`, code: `import { b } from './b.ts';` },
  { file: `${core}/cache/a.ts`, code: `import { b } from '../base/b.ts';` },
  { file: `${core}/cache/a.ts`, code: `import { replay } from '../pipeline/replay.ts';` },
  { file: `${core}/cache/a.ts`, code: `import type { CacheStore } from '../stores/cache-store.ts';` },
  { file: `${core}/cache/a.ts`, code: `import { PerfError } from '../errors.ts';` },
  { file: `${core}/cache/a.ts`, code: `import { LRUCache } from 'lru-cache';` },
  { file: `${core}/cache/a.test.ts`, code: `import { mockModel } from '@mastra-perf/testkit';` },
  { file: `${core}/cache/a.test.ts`, code: `import { createPerf } from '../perf.ts';` },
  { file: `${core}/cache/a.test.ts`, code: `import { test } from 'vitest';` },
  { file: `${core}/mastra/a.ts`, code: `import { Agent } from '@mastra/core/agent';` },
  { file: `${core}/options.ts`, code: `import { cacheOptions } from './cache/options.ts';` },
  { file: `${core}/errors.ts`, code: `import type { Outcome } from './pipeline/outcome.ts';` },
  { file: `${core}/perf.ts`, code: `import { memoryStore } from './stores/memory-store.ts';` },
  { file: `${core}/perf.ts`, code: `import type { Processor } from '@mastra/core/processors';` },
  { file: `${core}/index.ts`, code: `export { createPerf } from './perf.ts';` },
  { file: `${core}/base/a.ts`, code: `import manifest from '../../package.json' with { type: 'json' };` },
  { file: `${redis}/a.ts`, code: `import { PerfError } from 'mastra-perf';` },
  { file: `${redis}/a.ts`, code: `import { Redis } from 'ioredis';` },
  { file: `${redis}/a.test.ts`, code: `import { describeCacheStore } from 'mastra-perf/testing';` },
  {
    file: 'packages/mastra-perf-redis/vitest.config.ts',
    code: `import { defineConfig } from 'vitest/config';`,
  },
  { file: 'examples/mastra-app/src/a.ts', code: `import { mockModel } from '@mastra-perf/testkit';` },
];

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
  readonly message: string;
}

/** What the walls say about a folder, under the configuration that the repository uses. */
function lint(folder: string): { files: number; complaints: Diagnostic[] } {
  const config = path.join(repository, '.oxlintrc.json');
  const oxlint = path.join(repository, 'node_modules/.bin/oxlint');
  const { stdout } = spawnSync(oxlint, ['--config', config, '--format', 'json'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const { diagnostics, number_of_files: files } = JSON.parse(stdout);
  return { files, complaints: diagnostics.filter((one: Diagnostic) => one.code === 'walls(imports)') };
}

describe('the walls between rooms and packages', () => {
  const cases = [...refusedBetweenRooms, ...refusedHoweverWritten, ...refusedElsewhere, ...allowed];
  const folder = mkdtempSync(path.join(tmpdir(), 'walls-'));
  let complaints: Diagnostic[] = [];

  beforeAll(() => {
    for (const [index, one] of cases.entries()) write(`case-${index}`, one);
    complaints = lint(folder).complaints;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Every case is a repository of its own, with the package that the file belongs to. */
  function write(repositoryName: string, { file, code }: Case): void {
    const [root] = /^\w+\/[\w-]+/.exec(file) ?? [file];
    const at = path.join(folder, repositoryName);
    mkdirSync(path.join(at, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(at, root, 'package.json'), JSON.stringify({ name: path.basename(root) }));
    writeFileSync(path.join(at, file), `${code}\n`);
  }

  test.each(cases.map((one, index) => ({ ...one, index })))('$file: $code', ({ index, says }) => {
    const messages = complaints
      .filter((one) => one.filename.startsWith(`case-${index}/`))
      .map((one) => one.message);
    expect(messages).toEqual(says === undefined ? [] : [expect.stringContaining(says)]);
  });
});

test('the repository keeps them', () => {
  const { files, complaints } = lint(repository);
  expect(complaints).toEqual([]);
  expect(files).toBeGreaterThan(10);
}, 60_000); // it reads every file
