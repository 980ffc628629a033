import type { MastraVector } from '@mastra/core/vector';
import { LibSQLStore } from '@mastra/libsql';
import { changelogAgent } from './agents/changelog.ts';
import { docsAgent } from './agents/docs.ts';
import type { AppModel } from './model.ts';
import type { QueryEmbedder } from './query-embedder.ts';
import { createSearchTool } from './tools/search-docs.ts';

export interface PartsOptions {
  readonly model: AppModel;
  readonly index: MastraVector;
  readonly embedder: QueryEmbedder;
  /** LibSQL address of the threads and messages: `file:...` or `:memory:`. */
  readonly storageUrl: string;
}

/** Everything of the application but the plugin; both the server and the recorded day are made of it. */
export function appParts({ model, index, embedder, storageUrl }: PartsOptions) {
  return {
    agents: {
      docs: docsAgent(model, createSearchTool(index, 'docs', embedder)),
      changelog: changelogAgent(model, createSearchTool(index, 'changelog', embedder)),
    },
    storage: new LibSQLStore({ id: 'app-storage', url: storageUrl }),
    vectors: { docs: index },
  };
}
