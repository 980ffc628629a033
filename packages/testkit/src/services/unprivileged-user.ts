import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Postgres refuses to run as root: who it runs as instead. Undefined if this process is not root anyway. */
export async function unprivilegedUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (flag: string) => Number((await promisify(execFile)('id', [flag, 'nobody'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}
