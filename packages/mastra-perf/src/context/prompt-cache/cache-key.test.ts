import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../pipeline/call.ts';
import { user } from './test-conversations.ts';
import { sent, type Asking } from './test-sent.ts';

describe('the key for OpenAI', () => {
  const prompt = [user()];
  const keyOf = async (asking: Asking, providerOptions?: ModelRequest['providerOptions']) =>
    (await sent({ prompt, ...(providerOptions && { providerOptions }) }, { modelId: 'gpt-5', ...asking }))
      .request.providerOptions;

  it.each([
    ['openai', 'gpt-5.6-sol'],
    ['openai.chat', 'gpt-4o-mini'],
    ['openai.responses', 'o4-mini'],
    ['azure.responses', 'my-deployment'],
    ['gateway', 'openai/gpt-6'],
  ])('is the agent’s, at %s', async (provider, modelId) => {
    for (const specification of ['v2', 'v3', 'v4']) {
      const { request, facts } = await sent({ prompt }, { provider, modelId, specification });
      expect(request.providerOptions).toEqual({ openai: { promptCacheKey: 'mastra-perf:support' } });
      expect(request.prompt).toBe(prompt);
      expect(facts).toEqual({ key: 'mastra-perf:support' });
    }
  });

  it('is not set where the user has one, also under the name of Azure', async () => {
    const own = { openai: { promptCacheKey: 'mine' } };
    expect(await keyOf({ provider: 'openai.chat' }, own)).toBe(own);
    const azure = { azure: { promptCacheKey: 'mine' } };
    expect(await keyOf({ provider: 'azure.responses' }, azure)).toBe(azure);
  });

  it('keeps other options, and makes no options for Azure that would hide those for OpenAI', async () => {
    const promptCacheKey = 'mastra-perf:support';
    const store = { store: false };
    expect(await keyOf({ provider: 'azure.responses' }, { openai: store })).toEqual({
      openai: { store: false, promptCacheKey },
    });
    expect(await keyOf({ provider: 'azure.responses' }, { azure: store })).toEqual({
      openai: { promptCacheKey },
      azure: { store: false, promptCacheKey },
    });
  });

  it('is not sent to servers that only speak like OpenAI', async () => {
    const at = (endpoint: string) => keyOf({ provider: 'openai', endpoint });
    expect(await keyOf({ provider: 'openai.chat', modelId: 'llama-4-70b' })).toBeUndefined();
    expect(await at('http://localhost:1234/v1')).toBeUndefined();
    expect(await at('https://openai.com.example.org/v1')).toBeUndefined();
    expect(await at('https://api.openai.com/v1')).toBeDefined();
    expect(await at('https://eu.api.openai.com/v1')).toBeDefined();
  });

  it('is never too long, and different for each agent', async () => {
    const asking = { provider: 'openai', modelId: 'gpt-5' };
    const key = async (agent: string) => (await sent({ prompt }, { ...asking, agent })).facts!.key!;
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 90 }), async (agent) => {
        expect(await key(agent)).toMatch(/^[\x21-\x7e]{1,64}$/);
        expect(await key(agent)).toBe(await key(agent));
      }),
      { numRuns: 50 },
    );
    const long = 'x'.repeat(80);
    expect(await key(`${long}1`)).not.toBe(await key(`${long}2`));
    expect(await key('é1')).not.toBe(await key('é2'));
  });
});
