import { providerFamily } from '../pipeline/model-name.ts';

/** Names of providers in the GenAI conventions, by the name that the AI SDK has for them. Others keep theirs. */
const PROVIDERS: Readonly<Record<string, string>> = {
  azure: 'azure.ai.openai',
  'azure-openai': 'azure.ai.openai',
  'amazon-bedrock': 'aws.bedrock',
  bedrock: 'aws.bedrock',
  google: 'gcp.gemini',
  mistral: 'mistral_ai',
  xai: 'x_ai',
};

/** `gen_ai.provider.name` of a provider of the AI SDK, such as `'openai.chat'`. */
export function genAiProvider(provider: string): string {
  if (/^google[.-]vertex/.test(provider)) return 'gcp.vertex_ai';
  const family = providerFamily(provider);
  return PROVIDERS[family] ?? family;
}

/** `error.type`: an HTTP status where there is one, else the name of the error. */
export function errorType(error: unknown): string {
  const { statusCode, name } = (typeof error === 'object' && error !== null ? error : {}) as Record<
    string,
    unknown
  >;
  if (typeof statusCode === 'number') return `${statusCode}`;
  return typeof name === 'string' && /^[\w.]{1,60}$/.test(name) ? name : '_OTHER';
}
