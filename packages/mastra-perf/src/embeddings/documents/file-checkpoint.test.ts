import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileCheckpoint } from './file-checkpoint.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  path = join(folder, 'inside', 'docs.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const entries = (...given: [string, string[]][]) =>
  new Map(given.map(([id, chunks]) => [id, { hash: 'h', chunks }]));

test('the last that was written of a document counts, also after it is opened again', async () => {
  const first = fileCheckpoint(path);
  await Promise.all([
    first.set(entries(['a', ['1']], ['b', ['2']])),
    first.set(entries(['a', ['3']])),
    first.delete(['b']),
  ]);
  for (const checkpoint of [first, fileCheckpoint(path)])
    expect(await checkpoint.get(['a', 'b', 'c'])).toEqual(entries(['a', ['3']]));
});

test('a line that was cut off is as if never written, and harms none after it', async () => {
  await fileCheckpoint(path).set(entries(['a', ['1']]));
  await appendFile(path, '{"id":"a","entry":{"chu');
  const checkpoint = fileCheckpoint(path);
  expect(await checkpoint.get(['a'])).toEqual(entries(['a', ['1']]));
  await checkpoint.set(entries(['b', ['2']]));
  expect(await fileCheckpoint(path).get(['a', 'b'])).toEqual(entries(['a', ['1']], ['b', ['2']]));
});

test('what is outdated goes when it is opened', async () => {
  const checkpoint = fileCheckpoint(path);
  for (let round = 0; round < 5; round++) await checkpoint.set(entries(['a', [String(round)]]));
  await fileCheckpoint(path).get(['a']);
  expect((await readFile(path, 'utf8')).trim().split('\n')).toHaveLength(1);
  await checkpoint.clear();
  expect(await fileCheckpoint(path).get(['a'])).toEqual(new Map());
});
