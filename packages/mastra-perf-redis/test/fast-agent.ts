import { mockModel } from '@mastra-perf/testkit';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { Memory } from '@mastra/memory';
import type { RedisStore } from '@mastra/redis';

/** An agent as an app has it; asked to use the tool, it waits for an approval first. */
export function agentOn(storage: RedisStore): Agent {
  const tool = createTool({
    id: 'act',
    description: 'acts',
    requireApproval: true,
    execute: async () => ({ ok: 1 }),
  });
  const model = mockModel({
    respond({ prompt }) {
      const last = prompt.at(-1);
      if (last?.role === 'tool') return { text: 'acted' };
      return JSON.stringify(last).includes('use the tool')
        ? { tools: [{ name: 'act', args: {} }] }
        : { text: 'plain' };
    },
  });
  const memory = new Memory({ storage, options: { lastMessages: 10 } });
  const agent = new Agent({ id: 'a', name: 'a', instructions: 'i', model, memory, tools: { act: tool } });
  void new Mastra({ agents: { a: agent }, storage, logger: false });
  return agent;
}
