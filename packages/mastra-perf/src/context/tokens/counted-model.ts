import { modelName, providerFamily } from '../../pipeline/model-name.ts';

/** Models whose vocabularies count alike. `claude` is up to 4.6, `claudeNext` what came after it, with a vocabulary of its own. */
export type Family =
  | 'o200k'
  | 'cl100k'
  | 'claude'
  | 'claudeNext'
  | 'gemini'
  | 'llama'
  | 'mistral'
  | 'qwen'
  | 'deepseek'
  | 'unknown';

/** A model as the pipeline knows it, as `'openai/gpt-4o-mini'`, or by its id alone. */
export type ModelReference = string | { readonly provider?: string; readonly modelId: string };

export interface CountedModel {
  /** `'openai/gpt-4o-mini'`; without a provider, the id. */
  readonly name: string;
  /** In lower case, without what gateways put in front. */
  readonly id: string;
  readonly family: Family;
  /** Whether it is known that the model has this very vocabulary; otherwise it is likely. */
  readonly isCertain: boolean;
  /** Whether it is published what stands around its messages. */
  readonly isChatPublished: boolean;
}

type Rule = readonly [pattern: RegExp, family: Family, certain?: boolean, published?: boolean];

/** The first that fits counts. Distilled models have the vocabulary of what they were made from: Llama before DeepSeek. */
const BY_ID: readonly Rule[] = [
  [/gemini|gemma/, 'gemini'],
  [/gpt-oss/, 'o200k', true],
  [/^(ft:)?(chat)?gpt-4(o|\.1|\.5)/, 'o200k', true, true],
  [/^(ft:)?(gpt-5|o[134](-|$))/, 'o200k', true],
  [/^(ft:)?gpt-(4|3\.5|35)(?![.\d])/, 'cl100k', true, true],
  [/^text-embedding-(3|ada)/, 'cl100k', true],
  [/^(ft:)?(gpt-|chatgpt-|codex-|computer-use|o\d)/, 'o200k'],
  [/llama/, 'llama'],
  [/mistral|mixtral|codestral|devstral|pixtral|ministral|magistral/, 'mistral'],
  [/qwen|qwq|qvq/, 'qwen'],
  [/deepseek/, 'deepseek'],
];

const BY_PROVIDER: Readonly<Record<string, Family>> = {
  openai: 'o200k',
  azure: 'o200k',
  'azure-openai': 'o200k',
  anthropic: 'claudeNext',
  google: 'gemini',
  vertex: 'gemini',
  mistral: 'mistral',
  deepseek: 'deepseek',
  alibaba: 'qwen',
};

export function countedModel(model: ModelReference): CountedModel {
  const { provider = '', modelId } = typeof model === 'string' ? { modelId: model } : model;
  const path = modelId.toLowerCase().split('/');
  const id = path.at(-1) ?? '';
  const vendor = provider ? providerFamily(provider) : (path.at(-2) ?? '');
  const rule = BY_ID.find(([pattern]) => pattern.test(id));
  return {
    name: provider ? modelName(provider, modelId) : modelId,
    id,
    family: claudeFamily(id) ?? rule?.[1] ?? BY_PROVIDER[vendor] ?? 'unknown',
    isCertain: rule?.[2] ?? false,
    isChatPublished: rule?.[3] ?? false,
  };
}

/** `claude-3-5-sonnet-20241022`, `claude-opus-4.7`, `us.anthropic.claude-sonnet-4-20250514-v1:0`. */
function claudeFamily(id: string): Family | undefined {
  if (!id.includes('claude')) return undefined;
  const [, major, minor = 0] = /claude-(?:[a-z]+-)?(\d+)(?:[-.](\d\d?)(?!\d))?/.exec(id) ?? [];
  const version = Number(major) * 100 + Number(minor);
  return version < 407 ? 'claude' : 'claudeNext';
}
