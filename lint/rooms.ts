/** What a room of packages/mastra-perf/src may import from the others. */
export interface Room {
  /** Rooms (folders) and files of src; `*` stands for any one room. */
  readonly imports: readonly string[];
  /** The same, but for `import type` only. */
  readonly types?: readonly string[];
  /** What it may import of Mastra's packages; nothing by default. */
  readonly mastra?: 'all' | 'types';
}

const leaves = ['options.ts', 'errors.ts', 'events.ts'];

/** A capability sees neither another one nor Mastra: what it needs from them comes as a function from perf.ts. */
const capability: Room = { imports: ['pipeline', 'base', ...leaves], types: ['stores'] };

const capabilities = {
  batch: capability,
  cache: capability,
  coalesce: capability,
  context: capability,
  dashboard: capability,
  embeddings: capability,
  history: capability,
  lifecycle: capability,
  limits: capability,
  monitor: capability,
  semantic: capability,
  usage: capability,
};

/** testing/ is an entry of its own: the plugin must not pull in its contract suites. */
const everyRoom = ['mastra', 'pipeline', 'stores', 'base', ...Object.keys(capabilities)];

/** A new room starts with a line here: what is not in this table fails the lint. */
export const rooms: Readonly<Record<string, Room>> = {
  'index.ts': {
    imports: ['perf.ts', 'perf-documents.ts', ...leaves, ...everyRoom],
    types: ['perf-handle.ts'],
  },
  'perf.ts': {
    imports: [
      'perf-dashboard.ts',
      'perf-doors.ts',
      'perf-embeddings.ts',
      'perf-parts.ts',
      'perf-warmup.ts',
      ...leaves,
      ...everyRoom,
    ],
    types: ['perf-handle.ts'],
    mastra: 'types',
  },
  'perf-parts.ts': {
    imports: [
      'perf-context.ts',
      'perf-embeddings.ts',
      'perf-limits.ts',
      'perf-monitor.ts',
      'perf-semantic.ts',
      'perf-storage.ts',
      'perf-usage.ts',
      ...leaves,
      ...everyRoom,
    ],
    types: ['perf-handle.ts'],
  },
  'perf-context.ts': { imports: ['perf-context-parts.ts', ...leaves, ...everyRoom] },
  'perf-context-parts.ts': { imports: [...leaves, ...everyRoom], types: ['perf-context.ts'] },
  'perf-monitor.ts': { imports: [...leaves, ...everyRoom] },
  'perf-semantic.ts': {
    imports: ['perf-semantic-parts.ts', ...leaves, ...everyRoom],
    types: ['perf-handle.ts'],
  },
  'perf-semantic-parts.ts': { imports: [...leaves, ...everyRoom], types: ['perf-semantic.ts'] },
  'perf-storage.ts': { imports: [...leaves, ...everyRoom], mastra: 'types' },
  'perf-dashboard.ts': { imports: [...leaves, ...everyRoom] },
  'perf-documents.ts': { imports: [...leaves, ...everyRoom] },
  'perf-doors.ts': { imports: [...leaves, ...everyRoom], types: ['perf-handle.ts'] },
  'perf-embeddings.ts': { imports: [...leaves, ...everyRoom], types: ['perf-doors.ts', 'perf-handle.ts'] },
  'perf-limits.ts': { imports: [...leaves, ...everyRoom] },
  'perf-usage.ts': { imports: [...leaves, ...everyRoom] },
  'perf-warmup.ts': { imports: ['perf-warmup-parts.ts', ...leaves, ...everyRoom] },
  'perf-warmup-parts.ts': {
    imports: [...leaves, ...everyRoom],
    types: ['perf-context.ts', 'perf-warmup.ts'],
  },
  'perf-handle.ts': { imports: [], types: [...leaves, ...everyRoom], mastra: 'types' },
  'options.ts': { imports: ['*/options.ts', 'base', 'errors.ts'], types: ['stores'] },
  'errors.ts': { imports: ['events.ts'], types: ['pipeline/outcome.ts'] },
  'events.ts': { imports: ['errors.ts'], types: ['pipeline/outcome.ts'] },
  mastra: { imports: ['pipeline', 'base', ...leaves], types: ['stores', 'history'], mastra: 'all' },
  pipeline: { imports: ['base', ...leaves] },
  ...capabilities,
  stores: { imports: ['base', ...leaves] },
  base: { imports: ['errors.ts'] },
  testing: { imports: ['stores', 'base'] },
  // The page that dashboard/ serves runs in a browser: it knows its data, and nothing else of the plugin.
  page: { imports: ['dashboard/dashboard-data.ts'] },
  'tsdown.config.ts': { imports: ['page-plugin.ts'] },
  // The command `mastra-perf`: an entry of its own as well.
  cli: { imports: ['stores', 'usage', 'base', 'errors.ts'] },
};

/** The room of a file, given its path in src: `cache/key.ts` is in `cache`, `perf.ts` is a room of its own. */
export function roomOf(file: string): string {
  return file.replace(/\/.*$/, '');
}

/** Whether one of these names of the table covers a file, given its path in src. */
export function covers(names: readonly string[], file: string): boolean {
  return names.some((name) => {
    if (!name.endsWith('.ts')) return file.startsWith(`${name}/`);
    return name.startsWith('*/') ? /^[^/]+\//.test(file) && file.endsWith(name.slice(1)) : file === name;
  });
}
