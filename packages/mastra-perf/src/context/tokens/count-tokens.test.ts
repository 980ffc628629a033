import { describe, expect, it } from 'vitest';
import { countTokens } from './count-tokens.ts';
import { SENTENCES } from './test-texts.ts';

const WEATHER = {
  messages: [
    {
      role: 'system',
      content: 'You are a helpful assistant that can answer to questions about the weather.',
    },
    { role: 'user', content: "What's the weather like in San Francisco?" },
  ],
  tools: [
    {
      type: 'function',
      name: 'get_current_weather',
      description: 'Get the current weather in a given location',
      inputSchema: {
        type: 'object',
        properties: {
          location: { type: 'string', description: 'The city and state, e.g. San Francisco, CA' },
          unit: {
            type: 'string',
            description: 'The unit of temperature to return',
            enum: ['celsius', 'fahrenheit'],
          },
        },
        required: ['location'],
      },
    },
  ],
};

describe('countTokens', () => {
  it('counts a text for a model of OpenAI', async () => {
    expect(await countTokens('Hello, world!', 'openai/gpt-4o-mini')).toEqual({ tokens: 4, exact: true });
    expect(await countTokens('', 'gpt-4')).toEqual({ tokens: 0, exact: true });
  });

  it('counts messages with what stands around them', async () => {
    const hi = [{ role: 'user', content: 'hi' }];
    const model = { provider: 'openai.responses', modelId: 'gpt-4o' };
    expect(await countTokens(hi, model)).toEqual({ tokens: 8, exact: true });
    expect(await countTokens({ prompt: hi }, model)).toEqual({ tokens: 8, exact: true });
    expect(await countTokens([], model)).toEqual({ tokens: 3, exact: true });
  });

  it('counts a request with tools as the API reports it in the example of its cookbook', async () => {
    expect(await countTokens(WEATHER, 'gpt-4o')).toEqual({ tokens: 101, exact: false });
    expect(await countTokens(WEATHER, 'gpt-4')).toEqual({ tokens: 105, exact: false });
  });

  it('estimates for all other models, also for those that nobody knows', async () => {
    const text = SENTENCES.english.repeat(20);
    const { tokens: exact } = await countTokens(text, 'gpt-4o');
    for (const model of ['claude-sonnet-4-5', 'google/gemini-2.5-pro', 'acme/model', '']) {
      const { tokens, ...rest } = await countTokens(text, model);
      expect(rest).toEqual({ exact: false });
      expect(tokens / exact).toBeGreaterThan(0.8);
      expect(tokens / exact).toBeLessThan(1.4);
    }
  });

  it.each([undefined, null, 7, {}, { prompt: 'text' }, { messages: 1 }])(
    'refuses %j as input',
    async (input) => {
      await expect(countTokens(input as never, 'gpt-4o')).rejects.toMatchObject({
        code: 'MASTRA_PERF_CONFIG',
      });
    },
  );

  it.each([undefined, null, 7, {}])('refuses %j as a model', async (model) => {
    await expect(countTokens('text', model as never)).rejects.toMatchObject({ code: 'MASTRA_PERF_CONFIG' });
  });
});
