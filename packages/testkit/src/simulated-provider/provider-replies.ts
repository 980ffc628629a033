import { chatFrames, chatJson } from './chat-completions.ts';
import { completionOf, defaultAnswer, type Completion } from './completion.ts';
import { embeddingTexts, embeddingsJson } from './embeddings-endpoint.ts';
import type { Exchange } from './exchange.ts';
import { untilAborted } from '../until-aborted.ts';
import { isObject } from './json-value.ts';
import { sendFrames, sendJson, type ReplyPace } from './paced-reply.ts';
import type { PrefixCache } from './prefix-cache.ts';
import { promptTokens } from './prompt-tokens.ts';
import type { ProviderSettings } from './provider-options.ts';
import type { ProviderRequest } from './provider-request.ts';
import { responsesFrames, responsesJson, storableItems } from './responses-protocol.ts';
import type { ReplyHead, Usage } from './sse-frame.ts';
import type { StoredItems } from './stored-items.ts';
import type { Tokenizer } from './tokenizer.ts';

/** What outlives a request. */
export interface ProviderState {
  readonly tokenizer: Tokenizer;
  readonly prefixes: PrefixCache;
  readonly items: StoredItems;
}

/** Answers a chat or responses request and bills it. */
export async function replyWithCompletion(
  exchange: Exchange,
  request: ProviderRequest,
  settings: ProviderSettings,
  state: ProviderState,
  pace: ReplyPace,
) {
  const { entry } = exchange;
  const prompt = promptTokens(request, state.tokenizer);
  const prefix = settings.promptCaching ? state.prefixes.lookup(request.model, prompt.sequence) : undefined;
  entry.inputTokens = prompt.total;
  entry.cachedTokens = prefix?.cachedTokens ?? 0;

  const answer = await untilAborted((settings.answer ?? defaultAnswer)(request), exchange.gone);
  const completion = completionOf(answer, request, entry.n, state.tokenizer);
  prefix?.remember();
  const head: ReplyHead = { n: entry.n, model: request.model, created: Math.floor(entry.startedAt / 1000) };
  const usage: Usage = {
    inputTokens: entry.inputTokens,
    cachedTokens: entry.cachedTokens,
    outputTokens: completion.outputTokens,
    reasoningTokens: completion.reasoningTokens,
  };
  if (request.endpoint === 'responses')
    for (const [id, message] of storableItems(completion, head)) state.items.store(id, message);
  if (request.stream) return sendFrames(exchange, framesOf(request, completion, usage, head), pace);
  const json =
    request.endpoint === 'chat' ? chatJson(completion, usage, head) : responsesJson(completion, usage, head);
  return sendJson(exchange, json, completion.outputTokens, pace);
}

/** Answers an embeddings request and bills it. */
export async function replyWithEmbeddings(
  exchange: Exchange,
  request: ProviderRequest,
  settings: ProviderSettings,
  state: ProviderState,
  pace: ReplyPace,
) {
  const texts = embeddingTexts(request, state.tokenizer);
  const tokens = texts.reduce((sum, text) => sum + state.tokenizer.count(text), 0);
  exchange.entry.texts = texts;
  exchange.entry.inputTokens = tokens;
  const json = await untilAborted(embeddingsJson(request, texts, tokens, settings), exchange.gone);
  return sendJson(exchange, json, 0, pace);
}

function framesOf(request: ProviderRequest, completion: Completion, usage: Usage, head: ReplyHead) {
  if (request.endpoint === 'responses') return responsesFrames(completion, usage, head);
  const options = isObject(request.body) ? request.body.stream_options : undefined;
  return chatFrames(completion, usage, head, isObject(options) && options.include_usage === true);
}
