import { describe, expect, it } from 'vitest';
import { countedModel } from './counted-model.ts';

const CASES = [
  ['openai/gpt-4o-mini', 'o200k', 'published'],
  ['gpt-4.1-nano', 'o200k', 'published'],
  ['openai/gpt-5-mini', 'o200k', 'certain'],
  ['o3', 'o200k', 'certain'],
  ['groq/openai/gpt-oss-120b', 'o200k', 'certain'],
  ['openai/gpt-6-sol', 'o200k', 'likely'],
  ['openai/something-new', 'o200k', 'likely'],
  ['ft:gpt-3.5-turbo:acme::1', 'cl100k', 'published'],
  ['gpt-4-turbo', 'cl100k', 'published'],
  ['gpt-4', 'cl100k', 'published'],
  ['openai/text-embedding-3-small', 'cl100k', 'certain'],
  ['anthropic/claude-3-5-sonnet-20241022', 'claude', 'likely'],
  ['claude-sonnet-4-20250514', 'claude', 'likely'],
  ['claude-opus-4-6', 'claude', 'likely'],
  ['amazon-bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude', 'likely'],
  ['anthropic/claude-opus-4.6', 'claude', 'likely'],
  ['claude-opus-4-7', 'claudeNext', 'likely'],
  ['anthropic/claude-opus-4.8', 'claudeNext', 'likely'],
  ['claude-opus-5-5', 'claudeNext', 'likely'],
  ['anthropic/new', 'claudeNext', 'likely'],
  ['google/gemini-2.5-pro', 'gemini', 'likely'],
  ['openrouter/meta-llama/llama-3.1-70b-instruct', 'llama', 'likely'],
  ['deepseek-r1-distill-llama-70b', 'llama', 'likely'],
  ['deepseek/deepseek-chat', 'deepseek', 'likely'],
  ['mistral/mistral-large-latest', 'mistral', 'likely'],
  ['alibaba/qwen3-max', 'qwen', 'likely'],
  ['xai/grok-4', 'unknown', 'likely'],
  ['', 'unknown', 'likely'],
] as const;

describe('countedModel', () => {
  it.each(CASES)('takes %s for %s', (name, family, known) => {
    const model = countedModel(name);
    expect(model).toMatchObject({
      family,
      isCertain: known !== 'likely',
      isChatPublished: known === 'published',
    });
  });

  it('knows a model by provider and id as by its name', () => {
    const model = countedModel({ provider: 'openai.responses', modelId: 'gpt-4o' });
    expect(model).toEqual(countedModel('openai/gpt-4o'));
    expect(model.name).toBe('openai/gpt-4o');
    expect(countedModel({ modelId: 'gpt-4o' }).family).toBe('o200k');
  });

  it('takes a deployment of Azure for a model of OpenAI, without being certain', () => {
    const model = countedModel({ provider: 'azure.chat', modelId: 'our-deployment' });
    expect(model).toMatchObject({ family: 'o200k', isCertain: false });
  });
});
