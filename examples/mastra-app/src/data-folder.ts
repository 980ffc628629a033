import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Where the databases live: MASTRA_APP_DATA, else a folder of this user below the OS temp folder.
 * Not relative to the source: `mastra dev` and the output of `mastra build` run from other folders and must find the same files.
 */
export function dataFolder(): string {
  const folder =
    process.env['MASTRA_APP_DATA'] ?? join(tmpdir(), `mastra-app-${process.getuid?.() ?? 'data'}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
