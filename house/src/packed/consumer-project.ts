import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROGRAMS, TYPED_PROGRAMS } from './consumer-programs.ts';
import { PEERS_PROGRAM } from './peers-program.ts';
import type { Tarball } from './tarballs.ts';

export interface ConsumerOptions {
  readonly tarballs: readonly Tarball[];
  /** Of @mastra/core. */
  readonly mastra: string;
  /** What a TypeScript project needs is there as well. @default none */
  readonly compilers?: readonly Compiler[];
  /** Optional peers and their versions. @default none */
  readonly peers?: Readonly<Record<string, string>>;
}

/** The oldest compiler that is in wide use, and the newest one. */
export const COMPILERS = { 'typescript-5': 'npm:typescript@5.9.3', typescript: '7.0.2' } as const;
export type Compiler = keyof typeof COMPILERS;

/**
 * File, then how the compiler resolves modules. What a `.cts` file imports is what `require` finds. The types of Mastra are those
 * of ES modules, which `require` may have as Node 22 is known to do it, and not as Node 16 did.
 */
export const TYPED = [
  { file: 'whole.mts', module: 'esnext', moduleResolution: 'bundler' },
  { file: 'whole.mts', module: 'node16', moduleResolution: 'node16' },
  { file: 'whole.cts', module: 'nodenext', moduleResolution: 'nodenext' },
  { file: 'ours.cts', module: 'node16', moduleResolution: 'node16' },
] as const;

/** An empty project that depends on the tarballs and on nothing that they would not ask for. */
export async function writeConsumer(
  folder: string,
  { tarballs, mastra, compilers = [], peers = {} }: ConsumerOptions,
) {
  await mkdir(folder, { recursive: true });
  const manifest = {
    name: 'consumer',
    version: '1.0.0',
    private: true,
    dependencies: {
      '@mastra/core': mastra,
      ...Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`])),
      // What Mastra asks for.
      zod: '^4.0.0',
      ...peers,
    },
    ...(compilers.length > 0 && {
      devDependencies: {
        ...Object.fromEntries(compilers.map((name) => [name, COMPILERS[name]])),
        '@types/node': '^22.0.0',
      },
    }),
  };
  const files: Readonly<Record<string, string>> = {
    'package.json': JSON.stringify(manifest, undefined, 2),
    ...PROGRAMS,
    'peers.mjs': PEERS_PROGRAM,
    ...(compilers.length > 0 && typedFiles()),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

/** Of one way to compile. */
export const configName = ({ file, moduleResolution }: (typeof TYPED)[number]): string =>
  `tsconfig.${moduleResolution}-${file}.json`;

const typedFiles = (): Record<string, string> => ({
  ...Object.fromEntries(
    TYPED.map(({ file }) => [file, TYPED_PROGRAMS[file.startsWith('ours') ? 'ours' : 'whole']]),
  ),
  ...Object.fromEntries(
    TYPED.map((way) => {
      const { file, module, moduleResolution } = way;
      const compilerOptions = {
        ...{ module, moduleResolution, target: 'es2022', strict: true, exactOptionalPropertyTypes: true },
        ...{ noEmit: true, types: ['node'], skipLibCheck: true },
      };
      return [configName(way), JSON.stringify({ compilerOptions, files: [file] })];
    }),
  ),
});
