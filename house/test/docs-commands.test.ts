import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { codeBlocks } from '../src/docs/blocks/code-blocks.ts';
import { commandLines } from '../src/docs/blocks/command-lines.ts';
import { pages, ROOT } from '../src/docs/repository.ts';

/* Blocks that are no TypeScript. What they name must be there; docs/quick-start.md is followed to the letter by another test. */

interface Manifest {
  readonly name: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: object;
  readonly devDependencies?: object;
  readonly peerDependencies?: object;
}

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const manifests = globSync(['package.json', '{packages,examples}/*/package.json', 'house/package.json'], {
  cwd: ROOT,
}).map((file) => JSON.parse(read(file)) as Manifest);
const packages = new Set(
  manifests.flatMap(({ name, dependencies, devDependencies, peerDependencies }) => [
    name,
    ...Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies }),
  ]),
);
const devCommands = [...read('dev').matchAll(/^ {2}(\w+) {2,}|^ {2}(\w+) \[/gm)].map(
  ([, one, two]) => one ?? two,
);
/** What a page may count on in every shell. */
const SYSTEM = new Set(['mkdir', 'cd', 'curl', 'openssl', 'redis-server', 'docker']);

const all = pages().flatMap(codeBlocks);
const ofLanguage = (language: string) => all.filter((block) => block.language === language);
const titled = (language: string) =>
  ofLanguage(language).map((block) => [`${block.page}:${block.line}`, block] as const);

/** Why a command cannot be meant, or `undefined`. */
function problemOf([command = '', ...words]: readonly string[], page: string): string | undefined {
  const [first = ''] = words;
  switch (command) {
    case './dev':
      return devCommands.includes(first) ? undefined : `./dev has no command ${first}`;
    case 'npm':
      return npmProblem(words);
    case 'pnpm': {
      const { scripts = {} } = JSON.parse(read(path.join(path.dirname(page), 'package.json'))) as Manifest;
      return first in scripts ? undefined : `the package.json beside the page has no script ${first}`;
    }
    case 'npx':
      return binaryProblem(words);
    case 'node': {
      const isShown = all.some((block) => block.page === page && block.code.startsWith(`// ${first}`));
      return isShown || existsSync(path.join(ROOT, first))
        ? undefined
        : `no block of the page is the file ${first}`;
    }
    default:
      return SYSTEM.has(command)
        ? undefined
        : `nothing is known of ${command}: add it to ${import.meta.filename}`;
  }
}

function npmProblem([verb = '', ...names]: readonly string[]): string | undefined {
  if (verb === 'init') return undefined;
  if (verb !== 'install') return `nothing is known of npm ${verb}: add it to ${import.meta.filename}`;
  const unknown = names.filter((name) => !name.startsWith('-') && !packages.has(name));
  return unknown.length > 0 ? `no package of this repository is or needs ${unknown.join(', ')}` : undefined;
}

function binaryProblem([name = '', ...words]: readonly string[]): string | undefined {
  const file = manifests.find(({ bin = {} }) => name in bin);
  if (!file) return `no package of this repository has a binary ${name}`;
  const main = path.join(ROOT, 'packages', file.name, file.bin?.[name] ?? '');
  const help = execFileSync(process.execPath, [main, '--help'], { encoding: 'utf8' }).split(/[\s,]+/);
  const unknown = words.filter(
    (word, index) => (index === 0 || word.startsWith('-')) && !help.includes(word),
  );
  return unknown.length > 0 ? `${name} --help says nothing of ${unknown.join(', ')}` : undefined;
}

describe('blocks of README.md and docs/', () => {
  it('are of languages that are checked', () => {
    const checked = ['ts', 'sh', 'sql', 'json', 'yaml', '']; // sql: docs-run; none: what something prints
    const unknown = all.filter(({ language }) => !checked.includes(language));
    expect(
      unknown.map(
        ({ page, line, language }) => `${page}:${line} is ${language}, expected one of ${checked.join(', ')}`,
      ),
    ).toEqual([]);
  });

  it.each(titled('sh'))('name commands that are there: %s', (_title, { page, code }) => {
    const commands = commandLines(code);
    expect(commands.length).toBeGreaterThan(0);
    expect(
      commands.map((command) => problemOf(command, page)).filter((problem) => problem !== undefined),
    ).toEqual([]);
  });

  it.each(titled('json'))('are JSON: %s', (_title, { code }) => void JSON.parse(code));

  it.each(titled('yaml'))('are YAML: %s', (_title, { code }) => {
    expect(parse(code)).toBeTypeOf('object');
  });
});

describe('the check of commands', () => {
  it.each([
    ['./dev dance', 'no command dance'],
    ['npm install mastra-perf left-pad-of-nobody', 'left-pad-of-nobody'],
    ['npx mastra-perf usage --shop redis://localhost', '--shop'],
    ['npx mastra-perf sing', 'sing'],
    ['node nowhere.mjs', 'nowhere.mjs'],
    ['frobnicate', 'frobnicate'],
  ])('sees what is wrong with `%s`', (line, problem) => {
    expect(commandLines(line).map((command) => problemOf(command, 'README.md'))).toEqual([
      expect.stringContaining(problem),
    ]);
  });
});
