import { isRecord } from '../base/record.ts';
import { canonicalHash } from '../base/canonical-hash.ts';
import type { Caller, ModelIdentity, ModelRequest, PromptMessage } from './call.ts';
import type { Normalizer } from '../base/normalize.ts';
import { withoutItems } from './provider-items.ts';

/** Changes whenever equal requests would be hashed differently than before: entries of other versions are not found. */
const KEY_VERSION = 1;

/**
 * Headers that name a call, a trace, a thread or a client and say nothing to a model. The resource is in the scope; the AI
 * SDK names itself when it generates and not when it streams. Every other header is part of the question.
 */
const IDENTIFYING_HEADERS = new Set([
  'x-thread-id',
  'x-resource-id',
  'x-request-id',
  'x-correlation-id',
  'traceparent',
  'tracestate',
  'baggage',
  'sentry-trace',
  'b3',
  'x-amzn-trace-id',
  'x-cloud-trace-context',
  'user-agent',
]);
const IDENTIFYING_PREFIXES = ['x-b3-', 'x-datadog-'];

/** Namespaces in provider options that are not for a provider: Mastra's timestamps and our own outcome. */
const HOST_NAMESPACES = new Set(['mastra', 'mastraPerf']);

/**
 * The key of a question: a hash of everything that reaches the provider, with the model, the agent and the scope.
 * Whatever is not named here is in it, so that a field that a later version adds separates questions by default.
 *
 * Ids of tool calls are replaced by their order, because a replayed answer has fresh ones; which result belongs to which
 * call stays in the key. Likewise a part's name at the provider (`itemId` of OpenAI's Responses API).
 *
 * With a normalizer, texts of the user count as what it makes of them; everything else counts as it is.
 */
export function questionKey(
  model: ModelIdentity,
  caller: Caller,
  request: ModelRequest,
  normalizer?: Normalizer,
): string {
  const { abortSignal: _abortSignal, headers, includeRawChunks, prompt, providerOptions, ...rest } = request;
  return canonicalHash({
    version: KEY_VERSION,
    model,
    agent: caller.agent,
    scope: caller.scope,
    headers: questionHeaders(headers),
    prompt: questionPrompt(prompt, normalizer),
    normalized: normalizer?.kind,
    providerOptions: withoutHost(providerOptions),
    rest: { ...rest, includeRawChunks: includeRawChunks || undefined }, // streaming says `false`, generating says nothing
  });
}

/** Those that can matter to a model, in an order of their own: a name may be given twice, in two cases. */
export function questionHeaders(
  headers: ModelRequest['headers'],
): Array<readonly [name: string, value: string | undefined]> {
  return Object.entries(headers ?? {})
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name, value]) => value !== undefined && !isIdentifying(name))
    .toSorted();
}

const isIdentifying = (name: string): boolean =>
  IDENTIFYING_HEADERS.has(name) || IDENTIFYING_PREFIXES.some((prefix) => name.startsWith(prefix));

function questionPrompt(prompt: readonly PromptMessage[], normalizer: Normalizer | undefined): unknown[] {
  const ids = new Map<string, number>();
  const ordinal = (id: string): number => {
    const known = ids.get(id) ?? ids.size;
    ids.set(id, known);
    return known;
  };
  return prompt.map((message) => {
    const said =
      normalizer && message.role === 'user' ? normalContent(message.content, normalizer) : message.content;
    const content = Array.isArray(said) ? said.map((part) => questionPart(part, ordinal)) : said;
    return { ...message, content, providerOptions: withoutHost(message.providerOptions) };
  });
}

function normalContent(content: unknown, { normal }: Normalizer): unknown {
  if (typeof content === 'string') return normal(content);
  if (!Array.isArray(content)) return content;
  return content.map((part: unknown) =>
    isRecord(part) && part.type === 'text' && typeof part.text === 'string'
      ? { ...part, text: normal(part.text) }
      : part,
  );
}

function questionPart(part: unknown, ordinal: (id: string) => number): unknown {
  if (!isRecord(part)) return part;
  const { providerOptions, toolCallId } = part;
  if (providerOptions === undefined && toolCallId === undefined) return part;
  const options = withoutHost(providerOptions);
  return {
    ...part,
    // The item holds what is not in a reasoning part; of all others it is a name for what the part says itself.
    providerOptions: part.type === 'reasoning' ? options : withoutItems(options),
    ...(typeof toolCallId === 'string' && { toolCallId: ordinal(toolCallId) }),
  };
}

/** `undefined` for provider options that held nothing but the host's: equal to no options at all. */
export function withoutHost(options: unknown): unknown {
  if (!isRecord(options)) return options;
  let kept: Record<string, unknown> | undefined;
  for (const namespace of Object.keys(options)) {
    if (HOST_NAMESPACES.has(namespace)) continue;
    kept ??= {};
    kept[namespace] = options[namespace];
  }
  return kept;
}
