import path from 'node:path';
import type { Plugin, Rule } from '@oxlint/plugins';
import { importVisitor } from './imports.ts';
import { ownerOf } from './owner.ts';
import { covers, roomOf, rooms } from './rooms.ts';

/** One import as the walls see it. Paths are relative to the importing package, with `/`. */
interface Import {
  /** Name of the importing package. */
  readonly owner: string;
  readonly from: string;
  readonly specifier: string;
  /** What a relative specifier points at. */
  readonly to: string | undefined;
  readonly typeOnly: boolean;
}

/** Says what is wrong with an import, or nothing. */
type Wall = (imported: Import) => string | undefined;

/** The packages that we publish: mastra-perf and its adapters. */
const PUBLISHED = /^mastra-perf(-|$)/;

const packageWall: Wall = ({ to }) =>
  to?.startsWith('../')
    ? 'package wall: name the other package, never reach into its folder by a path'
    : undefined;

const vitestWall: Wall = ({ specifier }) =>
  isFrom(specifier, 'vitest') ? 'vitest wall: only tests and vitest configurations import vitest' : undefined;

const testkitWall: Wall = ({ owner, specifier }) =>
  PUBLISHED.test(owner) && isFrom(specifier, '@mastra-perf/testkit')
    ? 'testkit wall: @mastra-perf/testkit is private, only *.test.ts of a published package import it'
    : undefined;

const adapterWall: Wall = ({ owner, specifier }) =>
  PUBLISHED.test(owner) && specifier.startsWith('mastra-perf') && !mayAdapterImport(owner, specifier)
    ? `adapter wall: ${owner} may not import ${specifier}; of this repository an adapter sees only mastra-perf and mastra-perf/testing`
    : undefined;

const mastraWall: Wall = ({ owner, from, specifier, typeOnly }) => {
  if (owner !== 'mastra-perf' || !specifier.startsWith('@mastra/')) return undefined;
  const here = roomOf(inSrc(from));
  const allowed = rooms[here]?.mastra;
  if (allowed === 'all' || (allowed === 'types' && typeOnly)) return undefined;
  return `mastra wall: only mastra/ imports ${specifier}; what ${here} needs of it comes as a function or a type of our own`;
};

const roomWall: Wall = ({ owner, from, to, typeOnly }) => {
  if (owner !== 'mastra-perf' || to === undefined || to === 'package.json') return undefined;
  const [here, target] = [roomOf(inSrc(from)), inSrc(to)];
  const room = rooms[here];
  if (room === undefined) return `room wall: ${here} is not a room; give it a line in lint/rooms.ts`;
  if (roomOf(target) === here || covers(room.imports, target)) return undefined;
  const types = room.types ?? [];
  if (!covers(types, target)) {
    const may = [...room.imports, ...types.map((name) => `types of ${name}`)].join(', ');
    return `room wall: ${here} may not import ${target}; it may import ${may}`;
  }
  if (!typeOnly)
    return `room wall: ${here} may import only types of ${roomOf(target)}; write \`import type\``;
  return undefined;
};

const walls = [vitestWall, testkitWall, adapterWall, mastraWall, roomWall];

const imports: Rule = {
  meta: { type: 'problem', docs: { description: 'Keeps the walls between rooms and packages' } },
  create(context) {
    const file = context.physicalFilename;
    const owner = ownerOf(path.dirname(file));
    if (owner === undefined) return {};
    const from = slashes(path.relative(owner.root, file));
    const standing = isTest(from) ? [packageWall] : [packageWall, ...walls];
    return importVisitor(({ node, specifier, typeOnly }) => {
      const to = /^\.\.?(\/|$)/.test(specifier)
        ? path.posix.join(path.posix.dirname(from), specifier)
        : undefined;
      for (const wall of standing) {
        const message = wall({ owner: owner.name, from, specifier, to, typeOnly });
        if (message !== undefined) return context.report({ node, message });
      }
    });
  },
};

export default { meta: { name: 'walls' }, rules: { imports } } satisfies Plugin;

/** Tests see everything; so do the files that set them up. */
function isTest(from: string): boolean {
  return /\.test(-d)?\.ts$/.test(from) || from.startsWith('test/') || /^vitest\.[\w.]+$/.test(from);
}

function isFrom(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`);
}

function mayAdapterImport(owner: string, specifier: string): boolean {
  return owner !== 'mastra-perf' && ['mastra-perf', 'mastra-perf/testing'].includes(specifier);
}

/** `src/cache/key.ts` is `cache/key.ts`; what lies outside src keeps its name and so is no room. */
function inSrc(file: string): string {
  return file.replace(/^src\//, '');
}

function slashes(file: string): string {
  return file.replaceAll('\\', '/');
}
