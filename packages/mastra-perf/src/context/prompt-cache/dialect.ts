import type { ModelIdentity, PromptMessage } from '../../pipeline/call.ts';
import { endOf } from './message-end.ts';

/** How long a provider keeps what is marked; five minutes where nothing is said. */
export type Ttl = '1h';

/** How a provider is told up to where a prompt may be cached. */
export interface MarkerDialect {
  /** Of `providerOptions`. */
  readonly namespace: string;
  readonly field: string;
  readonly marker: (ttl: Ttl | undefined) => Readonly<Record<string, string>>;
  /** Whether the definition of a tool can be marked. */
  readonly marksTools: boolean;
  /** Whether a mark at the end of this message is sent. */
  readonly canMark: (message: PromptMessage) => boolean;
  /** Whether it goes to the last part of this message, and not to the message. */
  readonly marksPart: (message: PromptMessage) => boolean;
}

const ephemeral = (ttl: Ttl | undefined) => ({ type: 'ephemeral', ...(ttl && { ttl }) });

const ANTHROPIC: MarkerDialect = {
  namespace: 'anthropic',
  field: 'cacheControl',
  marker: ephemeral,
  marksTools: true,
  canMark: (message) => endOf(message) !== undefined,
  marksPart: () => false,
};

/** `@ai-sdk/amazon-bedrock` sends marks of messages as blocks of their own, and none of tools. */
const BEDROCK: MarkerDialect = {
  ...ANTHROPIC,
  namespace: 'bedrock',
  field: 'cachePoint',
  marker: (ttl) => ({ type: 'default', ...(ttl && { ttl }) }),
  marksTools: false,
};

/**
 * `@openrouter/ai-sdk-provider` repeats the mark of a message at each result of a tool, and in earlier versions at each part: a mark
 * goes to the last part. In a user's message only texts are sure to be marked, and answers are not documented to be at all.
 */
const OPENROUTER: MarkerDialect = {
  ...ANTHROPIC,
  namespace: 'openrouter',
  marksTools: false,
  canMark: (message) =>
    message.role !== 'assistant' && endOf(message) === (message.role === 'tool' ? 'part' : 'text'),
  marksPart: ({ role }) => role !== 'system',
};

/** Claude at Bedrock that takes cache points; a request with one fails at earlier models. */
const BEDROCK_CLAUDE = /claude-(?:3-7|3-5-haiku|[a-z]+-(?:[4-9]|\d\d))/;

/** Providers that have nothing of the kind, or for which it is not known, are left alone: a request with it may fail. */
export function dialectOf({ provider, modelId, endpoint }: ModelIdentity): MarkerDialect | 'key' | undefined {
  const [family = '', ...kinds] = provider.toLowerCase().split('.');
  const id = modelId.toLowerCase();
  const maker = id.split('/', 1)[0];
  switch (family) {
    case 'anthropic':
      return ANTHROPIC;
    case 'vertex':
    case 'googlevertex':
      return kinds[0] === 'anthropic' ? ANTHROPIC : undefined;
    case 'bedrock':
      return kinds[0] === 'anthropic' && BEDROCK_CLAUDE.test(id) ? ANTHROPIC : undefined;
    case 'amazon-bedrock':
      return BEDROCK_CLAUDE.test(id) ? BEDROCK : undefined;
    case 'openrouter':
      return maker === 'anthropic' ? OPENROUTER : undefined;
    // The gateway of Vercel passes on the options of the maker.
    case 'gateway':
    case 'vercel':
      if (maker === 'anthropic') return ANTHROPIC;
      return maker === 'openai' ? 'key' : undefined;
    case 'openai':
      return ['chat', 'responses', undefined].includes(kinds[0]) && isOpenAIs(id, endpoint)
        ? 'key'
        : undefined;
    // Chat completions at Azure may be asked through a version of its API that refuses what came later.
    case 'azure':
      return kinds[0] === 'responses' ? 'key' : undefined;
    default:
      return undefined;
  }
}

/** A server that speaks like OpenAI's may refuse what it does not know; where its address is not told, its models tell. */
const isOpenAIs = (id: string, endpoint: string | undefined): boolean =>
  endpoint === undefined
    ? /^(?:gpt-|chatgpt-|codex-|ft:|o\d)/.test(id)
    : /^https:\/\/(?:[a-z0-9-]+\.)*openai\.com(?:[:/]|$)/i.test(endpoint);
