import { Agent } from '@mastra/core/agent';
import { Memory } from '@mastra/memory';
import type { AppModel } from '../model.ts';
import type { createSearchTool } from '../tools/search-docs.ts';

/** Answers questions about Mastra from its own documentation. */
export function docsAgent(model: AppModel, searchDocs: ReturnType<typeof createSearchTool>): Agent {
  return new Agent({
    id: 'docs',
    name: 'Mastra documentation assistant',
    instructions: [
      'You answer questions about the Mastra framework.',
      'Search the documentation first, with a query that is complete in itself, and answer only from the passages found.',
      'Answer in two or three sentences and name the pages that you used.',
      'When the passages do not contain the answer, say so.',
    ].join('\n'),
    model,
    tools: { searchDocs },
    memory: new Memory({ options: { lastMessages: 10 } }),
  });
}
