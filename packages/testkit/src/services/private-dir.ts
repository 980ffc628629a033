import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PrivateDir {
  readonly path: string;
  remove(): void;
}

/** A new temporary directory; removed with the process at the latest. */
export function privateDir(name: string, owner?: { uid: number; gid: number }): PrivateDir {
  const path = mkdtempSync(join(tmpdir(), `mastra-perf-${name}-`));
  if (owner) chownSync(path, owner.uid, owner.gid);
  const remove = () => {
    process.off('exit', remove);
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  };
  process.on('exit', remove);
  return { path, remove };
}
