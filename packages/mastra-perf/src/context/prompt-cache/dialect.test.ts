import { describe, expect, it } from 'vitest';
import { CONTROL, marked, system, user } from './test-conversations.ts';
import { sent, placed, loop } from './test-sent.ts';

describe('markers', () => {
  it.each<[provider: string, modelId: string, namespace: string, control: object]>([
    ['anthropic', 'claude-opus-5', 'anthropic', CONTROL],
    ['anthropic.messages', 'claude-haiku-4-5', 'anthropic', CONTROL],
    ['vertex.anthropic.messages', 'claude-sonnet-4@20250514', 'anthropic', CONTROL],
    ['googleVertex.anthropic.messages', 'claude-sonnet-4-5', 'anthropic', CONTROL],
    ['bedrock.anthropic.messages', 'us.anthropic.claude-sonnet-4-5-v1:0', 'anthropic', CONTROL],
    ['gateway', 'anthropic/claude-sonnet-4.6', 'anthropic', CONTROL],
    ['vercel', 'anthropic/claude-sonnet-4.6', 'anthropic', CONTROL],
    ['openrouter', 'anthropic/claude-sonnet-5', 'openrouter', CONTROL],
    ['amazon-bedrock', 'eu.anthropic.claude-opus-4-1-v1:0', 'bedrock', { cachePoint: { type: 'default' } }],
    ['amazon-bedrock', 'anthropic.claude-3-7-sonnet-v1:0', 'bedrock', { cachePoint: { type: 'default' } }],
  ])('are in the words of %s (%s)', async (provider, modelId, namespace, control) => {
    for (const specification of ['v2', 'v3', 'v4']) {
      const { request, facts } = await sent(
        { prompt: [system(), user()] },
        { provider, modelId, specification },
      );
      expect(request.prompt).toEqual([marked(system(), control, namespace), user()]);
      expect(facts).toEqual({ markers: 1 });
    }
  });

  it('stand at parts for OpenRouter, which repeats those of messages, and not at answers', async () => {
    const asking = { provider: 'openrouter', modelId: 'anthropic/claude-sonnet-5' };
    expect(await placed(loop(2, 3), asking)).toEqual(['0 system', '1 user part', '7 tool part']);
    const { request } = await sent(loop(2, 3), asking);
    const results = request.prompt[7]!.content as Array<{ providerOptions?: object }>;
    expect(results.map(({ providerOptions }) => providerOptions)).toEqual([
      undefined,
      undefined,
      { openrouter: CONTROL },
    ]);
  });

  it('are not put at tools where those cannot be marked', async () => {
    const asking = { provider: 'amazon-bedrock', modelId: 'anthropic.claude-opus-4-5-v1:0' };
    expect(await placed(loop(1), asking)).toEqual(['0 system', '2 assistant', '5 tool']);
  });

  it.each([
    ['amazon-bedrock', 'anthropic.claude-3-sonnet-20240229-v1:0'],
    ['amazon-bedrock', 'anthropic.claude-3-5-sonnet-20240620-v1:0'],
    ['amazon-bedrock', 'anthropic.claude-v2:1'],
    ['amazon-bedrock', 'amazon.nova-pro-v1:0'],
    ['amazon-bedrock', 'arn:aws:bedrock:us-east-1:1:application-inference-profile/x'],
    ['openrouter', 'openai/gpt-5'],
    ['gateway', 'google/gemini-3'],
    ['google.generative-ai', 'gemini-3'],
    ['vertex.chat', 'gemini-3'],
    ['xai.responses', 'grok-5'],
    ['deepseek.chat', 'deepseek-chat'],
    ['openai-compatible', 'gpt-4o'],
    ['openai.completion', 'gpt-3.5-turbo-instruct'],
    ['azure.chat', 'gpt-4o'],
    ['my-anthropic-like', 'claude'],
  ])('and keys are not for %s (%s)', async (provider, modelId) => {
    const request = loop(2);
    const { request: asked, facts } = await sent(request, { provider, modelId });
    expect(asked.prompt).toBe(request.prompt);
    expect(asked.providerOptions).toBeUndefined();
    expect(facts).toBeUndefined();
  });
});
