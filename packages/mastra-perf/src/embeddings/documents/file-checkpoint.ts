import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CheckpointEntry, DocumentCheckpoint } from './checkpoint.ts';

interface Line {
  readonly id: string;
  /** Absent when the document was removed. */
  readonly entry?: CheckpointEntry;
}

/**
 * Keeps in a file what is in an index, for vector stores that are slow to tell it, or cannot: a line for each change, the last one counts.
 * A line that a crash cut off is as if never written. When it is opened, the file is written anew without what is outdated. For one
 * process at a time, and one index.
 */
export function fileCheckpoint(path: string): DocumentCheckpoint {
  let opening: Promise<Known> | undefined;
  let writes: Promise<void> = Promise.resolve();
  const opened = (): Promise<Known> =>
    (opening ??= openFile(path).catch((error: unknown) => {
      opening = undefined;
      throw error;
    }));

  const change = (write: (known: Known) => Promise<void>): Promise<void> => {
    const next = writes.then(async () => write(await opened()));
    // One that failed has told its caller; the next one is tried.
    writes = next.catch(() => undefined);
    return next;
  };
  const append = (lines: readonly Line[]): Promise<void> =>
    change(async (known) => {
      await appendFile(path, linesOf(lines));
      for (const line of lines) apply(known, line);
    });

  return {
    async get(ids) {
      const known = await opened();
      return new Map(
        ids.flatMap((id) => {
          const entry = known.get(id);
          return entry ? [[id, entry] as const] : [];
        }),
      );
    },
    set: (entries) => append([...entries].map(([id, entry]) => ({ id, entry }))),
    clear: () =>
      change(async (known) => {
        await writeFile(path, '');
        known.clear();
      }),
    delete: (ids) => append(ids.map((id) => ({ id }))),
  };
}

type Known = Map<string, CheckpointEntry>;

async function openFile(path: string): Promise<Known> {
  await mkdir(dirname(path), { recursive: true });
  const known: Known = new Map();
  for (const line of (await textOf(path)).split('\n')) {
    const read = parsed(line);
    if (read) apply(known, read);
  }
  const fresh = `${path}.new`;
  await writeFile(fresh, linesOf([...known].map(([id, entry]) => ({ id, entry }))));
  await rename(fresh, path);
  return known;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** The last line of a process that was killed may be cut off anywhere. */
function parsed(line: string): Line | undefined {
  try {
    const value = JSON.parse(line) as Line;
    return typeof value.id === 'string' ? value : undefined;
  } catch {
    return undefined; // cut off: its write never was confirmed
  }
}

const linesOf = (lines: readonly Line[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

function apply(known: Known, { id, entry }: Line): void {
  if (entry) known.set(id, entry);
  else known.delete(id);
}
