import { Agent } from '@mastra/core/agent';
import { Memory } from '@mastra/memory';
import type { AppModel } from '../model.ts';
import type { createSearchTool } from '../tools/search-docs.ts';

/** Answers what changed between versions, from the migration guides. Its answers are never cached: see ../perf.ts. */
export function changelogAgent(model: AppModel, searchDocs: ReturnType<typeof createSearchTool>): Agent {
  return new Agent({
    id: 'changelog',
    name: 'Mastra upgrade assistant',
    instructions: [
      'You explain what changed between versions of the Mastra framework and how to migrate.',
      'Search the migration guides first, with a query that is complete in itself, and answer only from the passages found.',
      'Answer in two or three sentences and name the pages that you used.',
    ].join('\n'),
    model,
    tools: { searchDocs },
    memory: new Memory({ options: { lastMessages: 10 } }),
  });
}
