import type { Row } from './connection.ts';

export const THREAD_COLUMNS = [
  'id',
  'resourceId',
  'title',
  'metadata',
  'createdAt',
  'createdAtZ',
  'updatedAt',
  'updatedAtZ',
] as const;

/** Threads with the version of their row: the transaction that wrote it, which is another after every change. */
export interface ThreadRows {
  read(row: Row): object;
  versionOf(thread: object): string | undefined;
}

export function threadRows(): ThreadRows {
  // Beside the thread and not in it: a copy has no version, as it may be changed.
  const versions = new WeakMap<object, string>();
  return {
    read(row) {
      const thread = threadOf(row);
      versions.set(thread, String(row['version']));
      return thread;
    },
    versionOf: (thread) => versions.get(thread),
  };
}

/** As Mastra returns it. */
const threadOf = (row: Row): object => ({
  id: row['id'],
  resourceId: row['resourceId'],
  title: row['title'],
  metadata: typeof row['metadata'] === 'string' ? JSON.parse(row['metadata']) : row['metadata'],
  createdAt: row['createdAtZ'] || row['createdAt'],
  updatedAt: row['updatedAtZ'] || row['updatedAt'],
});
