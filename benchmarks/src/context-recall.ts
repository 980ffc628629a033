import { readEmbedded } from './context-recall/embedded.ts';
import { evidenceTable } from './context-recall/evidence-table.ts';
import { longThread } from './context-recall/long-thread.ts';
import { prefixTable } from './context-recall/prefix-table.ts';
import type { Table } from './table.ts';

/** What recall finds, what it costs where a provider caches prompts, and how long it takes in a long thread. */
export async function contextRecall(): Promise<readonly Table[]> {
  const folder = process.env.EVALDATA_DIR;
  // First, while nothing else is in the memory of this process.
  const long = await longThread();
  if (!folder) {
    const notes = ['Not run: EVALDATA_DIR, the folder of context.json, is not set.'];
    return [{ title: 'Recall in long conversations', columns: [], rows: [], notes }, long];
  }
  const embedded = await readEmbedded(folder);
  return [await evidenceTable(folder, embedded), await prefixTable(folder, embedded), long];
}
