import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A package and the folder it lives in. */
export interface Owner {
  readonly name: string;
  readonly root: string;
}

const known = new Map<string, Owner | undefined>();

/**
 * The package that owns a folder: the nearest package.json upwards. Not derived from the current directory, so
 * the walls hold wherever the linter is started.
 */
export function ownerOf(folder: string): Owner | undefined {
  if (!known.has(folder)) known.set(folder, find(folder));
  return known.get(folder);
}

function find(folder: string): Owner | undefined {
  const manifest = path.join(folder, 'package.json');
  if (existsSync(manifest))
    return { name: JSON.parse(readFileSync(manifest, 'utf8')).name ?? '', root: folder };
  const parent = path.dirname(folder);
  return parent === folder ? undefined : ownerOf(parent);
}
