import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LANGUAGES } from './languages.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PIECE = 2000;
const MAX_PIECES = 60;

export interface Kind {
  readonly name: string;
  readonly pieces: readonly string[];
}

/** Texts of this repository, of every kind that prompts have, in pieces of 2,000 characters. */
export function textKinds(): readonly Kind[] {
  const packages = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`);
  const manifests = packages.map((folder) => JSON.parse(read(`${folder}/package.json`)) as unknown);
  return [
    kind('documentation', filesIn('docs', /\.md$/)),
    kind('source code', filesIn('packages/mastra-perf/src', /(?<!test)\.ts$/)),
    kind('lock file', read('pnpm-lock.yaml')),
    kind('JSON, indented', manifests.map((manifest) => JSON.stringify(manifest, null, 2)).join('\n')),
    kind('JSON', manifests.map((manifest) => JSON.stringify(manifest)).join('\n')),
    kind('log lines and ids', idLines()),
    kind('base64', base64()),
    ...Object.entries(LANGUAGES).map(([name, text]) => ({ name, pieces: [text] })),
    ...chat(),
  ];
}

/** The conversations of the evaluation data, which are not in the repository. */
function chat(): readonly Kind[] {
  const folder = process.env.EVALDATA_DIR;
  const file = folder && join(folder, 'context.json');
  if (!file || !existsSync(file)) return [];
  const { conversations } = JSON.parse(readFileSync(file, 'utf8')) as {
    conversations: { messages: { speaker: string; text: string }[] }[];
  };
  const lines = conversations.flatMap(({ messages }) =>
    messages.map(({ speaker, text }) => `${speaker}: ${text}`),
  );
  return [kind('chat', lines.join('\n'))];
}

function kind(name: string, text: string): Kind {
  const count = Math.ceil(text.length / PIECE);
  const step = Math.max(1, Math.ceil(count / MAX_PIECES));
  const pieces = Array.from({ length: Math.floor(count / step) || 1 }, (_, index) =>
    text.slice(index * step * PIECE, index * step * PIECE + PIECE).toWellFormed(),
  );
  return { name, pieces: pieces.filter((piece) => piece.length > PIECE / 4) };
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

function filesIn(folder: string, pattern: RegExp): string {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => pattern.test(name) && !name.includes('node_modules')).toSorted();
  return files.map((name) => read(join(folder, name))).join('\n');
}

const LINES = 400;
const random = (index: number, encoding: 'hex' | 'base64'): string => hash('sha512', `${index}`, encoding);

function idLines(): string {
  const line = (_: unknown, index: number): string => {
    const id = random(index, 'hex');
    const at = new Date(1_780_000_000_000 + index * 977_123).toISOString();
    return `${at} INFO request ${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 24)} took ${index * 7.3} ms`;
  };
  return Array.from({ length: LINES }, line).join('\n');
}

const base64 = (): string => Array.from({ length: LINES }, (_, index) => random(index, 'base64')).join('\n');
