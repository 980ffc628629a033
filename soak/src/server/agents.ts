import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { Agent, type AgentConfig } from '@mastra/core/agent';
import { MASTRA_RESOURCE_ID_KEY } from '@mastra/core/request-context';
import { createTool } from '@mastra/core/tools';
import { Memory } from '@mastra/memory';
import { z } from 'zod';
import { AGENT_IDS } from '../traffic/agent-ids.ts';
import { markOf } from '../traffic/users.ts';
import { markingFetch } from './asking.ts';

/** The models of the provider, which are told below the plugin who asks. */
export function houseModels(url: string, process: string) {
  const provider = createOpenAICompatible({
    name: 'soak',
    baseURL: url,
    apiKey: 'none',
    includeUsage: true,
    fetch: markingFetch(process),
  });
  return { model: provider.chatModel('model'), embedder: provider.embeddingModel('embedding') };
}

const lookUp = createTool({
  id: 'look-up',
  description: 'What is known about a topic',
  inputSchema: z.object({ topic: z.number() }),
  execute: async ({ topic }, { requestContext }) => ({
    topic,
    found: `fact ${topic} ${markOf(String(requestContext?.get(MASTRA_RESOURCE_ID_KEY)))}`,
  }),
});

export function houseAgents(model: AgentConfig['model']): Readonly<Record<keyof typeof AGENT_IDS, Agent>> {
  const agent = (id: string, more: Partial<AgentConfig> = {}): Agent =>
    new Agent({ id, name: id, instructions: `You are ${id}. Answer.`, model, ...more } as AgentConfig);
  return {
    plain: agent('plain'),
    public: agent('public'),
    tools: agent('tools', { tools: { lookUp } }),
    chat: agent('chat', { memory: new Memory({ options: { lastMessages: 100 } }) }),
  };
}
