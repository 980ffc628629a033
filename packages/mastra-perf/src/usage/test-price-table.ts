/*
 * What providers charge, in dollars per million tokens, to compare our prices with. Imported only by tests.
 *
 * Sources are the providers' own pages; the figures are taken from copies and quotations of them that name the day of
 * reading, not from the pages themselves. `mastra` is what `@mastra/observability` 1.17.9 takes where that differs:
 * input / output, or 'none' for a model without a price.
 */

/** Where figures stand, and when they did. */
export interface PriceSource {
  readonly url: string;
  /** Day or month of the reading. */
  readonly read: string;
}

export const SOURCES = {
  openai: { url: 'https://developers.openai.com/api/docs/pricing', read: '2026-10-05' },
  openaiLong: { url: 'https://developers.openai.com/api/docs/pricing', read: '2026-09' },
  openaiEmbedding: { url: 'https://developers.openai.com/api/docs/pricing', read: '2026-06-20' },
  anthropic: { url: 'https://platform.claude.com/docs/en/about-claude/pricing', read: '2026-09' },
  anthropicNew: { url: 'https://platform.claude.com/docs/en/about-claude/pricing', read: '2026-11' },
  google: { url: 'https://ai.google.dev/gemini-api/docs/pricing', read: '2026-10-07' },
  googleOlder: { url: 'https://ai.google.dev/gemini-api/docs/pricing', read: '2026-10-01' },
  mistral: { url: 'https://mistral.ai/pricing/api', read: '2026-09-21' },
  groq: { url: 'https://console.groq.com/docs/models', read: '2026-10-01' },
  groqLlama: { url: 'https://groq.com/pricing', read: '2026-05' },
  xai: { url: 'https://docs.x.ai/docs/pricing.md', read: '2026-09-25' },
  deepseek: { url: 'https://api-docs.deepseek.com/quick_start/pricing', read: '2026-10-27' },
  cohere: { url: 'https://cohere.com/pricing', read: '2026-11-11' },
  cohereOthers: { url: 'https://cohere.com/pricing', read: '2026-06' },
  bedrock: { url: 'https://aws.amazon.com/bedrock/pricing/', read: '2026-09-10' },
  bedrockTitan: { url: 'https://aws.amazon.com/bedrock/pricing/', read: '2026-05' },
  bedrockRegional: { url: 'https://aws.amazon.com/bedrock/pricing/', read: '2026-09-15' },
  azure: {
    url: 'https://azure.microsoft.com/pricing/details/cognitive-services/openai-service/',
    read: '2026-04',
  },
  /** No provider's page was found: only what is tested says it. */
  library: { url: 'https://www.npmjs.com/package/@pydantic/genai-prices/v/0.1.8', read: '2026-09' },
} as const satisfies Record<string, PriceSource>;

export interface ListedPrice {
  /** As Mastra's model router names it. */
  readonly provider: string;
  readonly model: string;
  readonly source: keyof typeof SOURCES;
  readonly input: number;
  /** Absent for embeddings. */
  readonly output?: number;
  readonly cached?: number;
  /** Writes to the provider's cache. */
  readonly write?: number;
  /** The same for an hour. */
  readonly write1h?: number;
  /** Where the input is longer than so many tokens. */
  readonly above?: { readonly tokens: number; readonly input: number; readonly output: number };
  /** A moment at which it is so. */
  readonly at?: string;
  readonly mastra?: string;
}

type Figures = Omit<ListedPrice, 'provider' | 'model' | 'source'>;

const of =
  (provider: string, source: keyof typeof SOURCES) =>
  (model: string, figures: Figures): ListedPrice => ({ provider, model, source, ...figures });

const openai = of('openai', 'openai');
const openaiLong = of('openai', 'openaiLong');
const openaiEmbedding = of('openai', 'openaiEmbedding');
const anthropic = of('anthropic', 'anthropic');
const anthropicNew = of('anthropic', 'anthropicNew');
const google = of('google', 'google');
const googleOlder = of('google', 'googleOlder');
const mistral = of('mistral', 'mistral');
const groq = of('groq', 'groq');
const groqLlama = of('groq', 'groqLlama');
const xai = of('xai', 'xai');
const deepseek = of('deepseek', 'deepseek');
const cohereOthers = of('cohere', 'cohereOthers');
const bedrock = of('amazon-bedrock', 'bedrock');
const azure = of('azure', 'azure');

/** Rates that the source does not tell are left out. */
export const LISTED: readonly ListedPrice[] = [
  openai('gpt-6-sol', { input: 2, cached: 0.2, output: 10, mastra: 'none' }),
  openai('gpt-6-luna', { input: 0.1, cached: 0.01, output: 0.5, mastra: 'none' }),
  openai('gpt-5.4-mini', { input: 0.75, cached: 0.075, output: 4.5 }),
  openai('gpt-5.2', { input: 1.75, cached: 0.175, output: 14 }),
  openai('gpt-5', { input: 1.25, cached: 0.125, output: 10 }),
  openai('gpt-5-mini', { input: 0.25, cached: 0.025, output: 2 }),
  openai('gpt-5-nano', { input: 0.05, cached: 0.005, output: 0.4 }),
  openai('gpt-4.1', { input: 2, cached: 0.5, output: 8 }),
  openai('gpt-4.1-mini', { input: 0.4, cached: 0.1, output: 1.6 }),
  openaiLong('gpt-6-astra', {
    input: 10,
    cached: 1,
    write: 12.5,
    output: 50,
    above: { tokens: 272_000, input: 20, output: 75 },
  }),
  openaiLong('gpt-5.6-terra', {
    input: 2,
    cached: 0.2,
    write: 2.5,
    output: 12,
    above: { tokens: 272_000, input: 4, output: 18 },
  }),
  openaiLong('gpt-5.4', {
    input: 2.5,
    cached: 0.25,
    output: 15,
    above: { tokens: 272_000, input: 5, output: 22.5 },
  }),
  openaiLong('gpt-4o', { input: 2.5, cached: 1.25, output: 10, mastra: '5 / 15' }),
  openaiLong('gpt-4o-mini', { input: 0.15, cached: 0.075, output: 0.6 }),
  openaiLong('o3', { input: 2, cached: 0.5, output: 8 }),
  openaiLong('o4-mini', { input: 1.1, cached: 0.275, output: 4.4 }),
  openaiEmbedding('text-embedding-3-small', { input: 0.02, mastra: 'none' }),
  of('openai', 'library')('text-embedding-3-large', { input: 0.13, mastra: 'none' }),

  anthropicNew('claude-opus-5-5', {
    input: 4,
    cached: 0.2,
    write: 5,
    write1h: 8,
    output: 20,
    mastra: 'none',
  }),
  anthropic('claude-opus-5', { input: 5, cached: 0.5, write: 6.25, write1h: 10, output: 25 }),
  anthropic('claude-opus-4-5', { input: 5, cached: 0.5, write: 6.25, write1h: 10, output: 25 }),
  anthropic('claude-fable-5-1', { input: 10, cached: 0.25, write: 12.5, write1h: 20, output: 50 }),
  anthropic('claude-sonnet-5', { input: 2, cached: 0.2, write: 2.5, write1h: 4, output: 10 }),
  anthropicNew('claude-sonnet-4-6', { input: 3, output: 15 }),
  anthropic('claude-haiku-4-5', { input: 1, cached: 0.1, write: 1.25, write1h: 2, output: 5 }),

  google('gemini-3.8-flash', { input: 0.75, output: 3.75 }),
  google('gemini-3.5-flash', { input: 1.5, output: 9 }),
  google('gemini-3.5-flash-lite', { input: 0.3, output: 2.5 }),
  google('gemini-3.1-pro-preview', {
    input: 2,
    output: 12,
    above: { tokens: 200_000, input: 4, output: 18 },
  }),
  googleOlder('gemini-2.5-pro', {
    input: 1.25,
    output: 10,
    above: { tokens: 200_000, input: 2.5, output: 15 },
  }),
  googleOlder('gemini-2.5-flash', { input: 0.3, output: 2.5 }),
  googleOlder('gemini-2.5-flash-lite', { input: 0.1, output: 0.4 }),
  google('gemini-embedding-2', { input: 0.2, mastra: 'none' }),

  mistral('mistral-large-latest', { input: 0.5, output: 1.5 }),
  mistral('mistral-medium-latest', { input: 1.5, output: 7.5 }),
  mistral('mistral-small-latest', { input: 0.15, output: 0.6 }),
  mistral('ministral-8b-latest', { input: 0.15, output: 0.15, mastra: '0.1 / 0.1' }),
  mistral('codestral-latest', { input: 0.3, output: 0.9 }),
  mistral('mistral-embed', { input: 0.1 }),

  groq('openai/gpt-oss-120b', { input: 0.15, output: 0.6 }),
  groq('openai/gpt-oss-20b', { input: 0.075, output: 0.3 }),
  groqLlama('llama-3.3-70b-versatile', { input: 0.59, output: 0.79 }),
  groqLlama('llama-3.1-8b-instant', { input: 0.05, output: 0.08 }),

  xai('grok-4.3', {
    input: 1.25,
    cached: 0.2,
    output: 2.5,
    above: { tokens: 200_000, input: 2.5, output: 5 },
  }),
  xai('grok-4.5', { input: 2, cached: 0.3, output: 6, above: { tokens: 200_000, input: 4, output: 12 } }),

  deepseek('deepseek-v4-pro', {
    input: 0.66,
    cached: 0.022,
    output: 1.98,
    at: '2026-11-23T12:00:00Z',
    mastra: '0.435 / 0.87',
  }),
  deepseek('deepseek-v4-pro', {
    input: 1.32,
    cached: 0.044,
    output: 3.96,
    at: '2026-11-23T02:00:00Z',
    mastra: '0.435 / 0.87',
  }),

  of('cohere', 'cohere')('command-r-08-2024', { input: 0.15, output: 0.6 }),
  cohereOthers('command-r7b-12-2024', { input: 0.0375, output: 0.15 }),
  cohereOthers('embed-v4.0', { input: 0.12, mastra: 'none' }),

  bedrock('amazon.nova-premier-v1:0', { input: 2.5, output: 12.5 }),
  bedrock('amazon.nova-lite-v1:0', { input: 0.06, output: 0.24, mastra: '0.069 / 0.276' }),
  bedrock('amazon.nova-micro-v1:0', { input: 0.035, output: 0.14 }),
  of('amazon-bedrock', 'bedrockTitan')('amazon.titan-embed-text-v2:0', { input: 0.02, mastra: 'none' }),
  of('amazon-bedrock', 'bedrockRegional')('jp.anthropic.claude-haiku-4-5-20251001-v1:0', {
    input: 1.1,
    output: 5.5,
    mastra: '1 / 5',
  }),

  azure('gpt-4.1', { input: 2, cached: 0.5, output: 8 }),
  azure('gpt-4o-mini', { input: 0.15, cached: 0.075, output: 0.6 }),

  of('voyage', 'library')('voyage-3.5', { input: 0.06, mastra: 'none' }),
];
