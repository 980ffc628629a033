import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './postgres-binaries.ts';

/**
 * The same programs where `user` may run them. A checkout below `/root` is closed to everybody else; the programs are then
 * copied into `dir`, with all that stands beside them.
 */
export async function runnableBinaries(
  binaries: PostgresBinaries,
  user: { uid: number; gid: number } | undefined,
  dir: string,
): Promise<PostgresBinaries> {
  if (!user || (await canRun(binaries.initdb, user, dir))) return binaries;
  const root = dirname(dirname(binaries.initdb));
  const copy = join(dir, 'postgres');
  await cp(root, copy, { recursive: true, verbatimSymlinks: true });
  const moved = (program: string) => join(copy, relative(root, program));
  return { initdb: moved(binaries.initdb), postgres: moved(binaries.postgres) };
}

async function canRun(program: string, user: { uid: number; gid: number }, cwd: string): Promise<boolean> {
  try {
    await promisify(execFile)(program, ['--version'], { ...user, cwd });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return false;
    throw error;
  }
}
