import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { collect } from '../../test/collect.ts';
import { startSimulatedProvider } from './start-simulated-provider.ts';

test.each(['chat', 'responses'] as const)(
  "Mastra's OpenAI-compatible model config, api %s: generate, stream, tools",
  async (api) => {
    await using provider = await startSimulatedProvider({
      answer: ({ tools, messages }) =>
        tools.length > 0 && messages.at(-1)?.role !== 'tool'
          ? { toolCalls: [{ name: 'weather', args: { city: 'Oslo' } }] }
          : { text: 'It is clear.' },
    });
    const weather = createTool({
      id: 'weather',
      description: 'weather of a city',
      inputSchema: z.object({ city: z.string() }),
      execute: async () => ({ sky: 'clear' }),
    });
    const agent = new Agent({
      id: 'a',
      name: 'a',
      instructions: 'Be brief.',
      model: { id: 'sim/some-model', url: provider.url, apiKey: 'k', api },
      tools: { weather },
    });
    const result = await agent.generate('weather?');
    expect(result.text).toBe('It is clear.');
    expect(result.totalUsage.inputTokens).toBe(provider.totals().inputTokens);

    const stream = await agent.stream('weather?');
    expect((await collect(stream.textStream)).join('')).toBe('It is clear.');
    // Mastra 1.71 does not ask a custom chat URL for `stream_options.include_usage`, and so gets none.
    const streamed = (provider.log[2]?.outputTokens ?? 0) + (provider.log[3]?.outputTokens ?? 0);
    expect((await stream.totalUsage).outputTokens).toBe(api === 'chat' ? undefined : streamed);
    expect(provider.totals()).toMatchObject({ requests: 4, [api]: 4, failed: 0 });
    expect(provider.log.every(({ model }) => model === 'some-model')).toBe(true);
  },
);
