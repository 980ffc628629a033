import { Mastra } from '@mastra/core/mastra';
import { join } from 'node:path';
import { dataFolder } from '../data-folder.ts';
import { newestIndexFile, openIndex } from '../docs/index-file.ts';
import { createLocalEmbedder } from '../embedding/local-embedder.ts';
import { appModel } from './model.ts';
import { appParts } from './parts.ts';
import { perf } from './perf.ts';
import { appStorage } from './storage.ts';

// The simulated provider forgets its replies when it stops, as the history of a conversation must then.
const otherwise = process.env['OPENAI_API_KEY'] ? `file:${join(dataFolder(), 'memory.db')}` : ':memory:';

export const mastra = new Mastra({
  ...appParts({
    model: appModel(),
    index: openIndex(newestIndexFile()),
    embedder: createLocalEmbedder(),
    storage: appStorage({ schema: 'mastra_app', otherwise }),
  }),
  processors: { perf },
  // Packages of this workspace are bundled, and the bundler does not see what they load on first use:
  // tokens of the simulated provider, prices of the plugin. Installed from npm, the plugin brings its own.
  bundler: { dynamicPackages: ['gpt-tokenizer', '@pydantic/genai-prices'] },
});
