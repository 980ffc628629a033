import type { MastraCompositeStore } from '@mastra/core/storage';
import type { MastraVector } from '@mastra/core/vector';
import { changelogAgent } from './agents/changelog.ts';
import { docsAgent } from './agents/docs.ts';
import type { AppModel } from './model.ts';
import type { QueryEmbedder } from './query-embedder.ts';
import { createSearchTool } from './tools/search-docs.ts';

export interface PartsOptions {
  readonly model: AppModel;
  readonly index: MastraVector;
  readonly embedder: QueryEmbedder;
  /** Of the threads and messages. */
  readonly storage: MastraCompositeStore;
}

/** Everything of the application but the plugin; both the server and the recorded day are made of it. */
export function appParts({ model, index, embedder, storage }: PartsOptions) {
  return {
    agents: {
      docs: docsAgent(model, createSearchTool(index, 'docs', embedder)),
      changelog: changelogAgent(model, createSearchTool(index, 'changelog', embedder)),
    },
    storage,
    vectors: { docs: index },
  };
}
