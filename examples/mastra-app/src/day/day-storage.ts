import { mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { MastraCompositeStore } from '@mastra/core/storage';
import { dataFolder } from '../data-folder.ts';
import { appStorage, pool } from '../mastra/storage.ts';

export interface DayStorage extends AsyncDisposable {
  /** A storage that nobody else uses, and nobody has used. */
  open(name: string, options?: { readonly fast: boolean }): MastraCompositeStore;
}

/** Empty databases for the runs of one day, which are gone afterwards. */
export async function dayStorage(): Promise<DayStorage> {
  const folder = await mkdtemp(join(dataFolder(), 'day-'));
  const prefix = basename(folder).replaceAll(/\W/g, '_').toLowerCase();
  const schemas: string[] = [];
  return {
    open(name, options = { fast: true }) {
      const schema = `${prefix}_${name}`;
      schemas.push(schema);
      return appStorage({ schema, otherwise: `file:${join(folder, `${name}.db`)}`, ...options });
    },
    async [Symbol.asyncDispose]() {
      for (const schema of schemas) await pool?.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
