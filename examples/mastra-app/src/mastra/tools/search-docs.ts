import { createTool } from '@mastra/core/tools';
import type { MastraVector } from '@mastra/core/vector';
import { z } from 'zod';
import type { IndexName } from '../../docs/index-file.ts';
import type { QueryEmbedder } from '../query-embedder.ts';

const passageSchema = z.object({
  path: z.string(),
  title: z.string(),
  section: z.string(),
  text: z.string(),
});

export const searchResultSchema = z.object({ passages: z.array(passageSchema) });

/** As many passages as a model can weigh without the prompt growing past ~2,000 tokens. */
const passagesPerQuestion = 4;

export function createSearchTool(index: MastraVector, indexName: IndexName, embedder: QueryEmbedder) {
  return createTool({
    id: 'search-docs',
    description: 'Finds the passages of the Mastra documentation that are nearest in meaning to a question.',
    inputSchema: z.object({ query: z.string().describe('The question, complete in itself') }),
    outputSchema: searchResultSchema,
    execute: async ({ query }) => {
      const { embeddings } = await embedder.doEmbed({ values: [query] });
      const queryVector = embeddings[0];
      if (!queryVector) throw new Error('expected one vector for one query, the embedder returned none');
      const found = await index.query({ indexName, queryVector, topK: passagesPerQuestion });
      return { passages: found.map(({ metadata }) => passageSchema.parse(metadata)) };
    },
  });
}
