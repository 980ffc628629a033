import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, retryAfterHeaders } from './api-error.ts';
import { exchange, type Exchange } from './exchange.ts';
import { breakOff, untilGone, type ReplyBounds } from './paced-reply.ts';
import type { ProviderLog } from './provider-log.ts';
import { promptTokens } from './prompt-tokens.ts';
import type { ProviderFault, ProviderSettings } from './provider-options.ts';
import { replyWithCompletion, replyWithEmbeddings, type ProviderState } from './provider-replies.ts';
import { providerRequest, type ProviderRequest } from './provider-request.ts';
import { providerRoute } from './provider-route.ts';
import type { Admission, RateLimiter } from './rate-limiter.ts';
import { readJsonObject } from './read-json-object.ts';

export interface HandlerParts extends ProviderState {
  readonly log: ProviderLog;
  readonly limiter: RateLimiter;
  readonly settings: () => ProviderSettings;
}

const WHOLE: ReplyBounds = {
  cutAfterTokens: Number.POSITIVE_INFINITY,
  stallAfterTokens: Number.POSITIVE_INFINITY,
};
const MODELS = ['sim-model', 'sim-embedding'];

/** Answers one HTTP request; never rejects, whatever comes. */
export async function handle(req: IncomingMessage, res: ServerResponse, parts: HandlerParts): Promise<void> {
  const arrivedAt = performance.now();
  // A write to a client that has gone emits an error; `exchange.gone` tells the same.
  res.on('error', () => {});
  try {
    const endpoint = providerRoute(req);
    if (endpoint === 'models') return sendModels(res);
    const request = providerRequest(endpoint, await readJsonObject(req), req.headers, parts.items.find);
    const entry = parts.log.open(request);
    const open = exchange(res, entry, arrivedAt);
    try {
      await answer(open, request, parts);
    } catch (error) {
      if (open.gone.aborted) entry.aborted = true;
      else entry.status = sendError(res, error, open.headers);
    } finally {
      parts.log.end(entry, open.elapsed());
    }
  } catch (error) {
    sendError(res, error);
  }
}

async function answer(open: Exchange, request: ProviderRequest, parts: HandlerParts): Promise<void> {
  const settings = parts.settings();
  const fault = settings.fail?.(request, open.entry.n);
  const bounds = await suffer(open, fault);
  if (!bounds) return;
  const admission = admit(open, request, settings, parts);
  const reply = request.endpoint === 'embeddings' ? replyWithEmbeddings : replyWithCompletion;
  try {
    await reply(open, request, settings, parts, { ...settings, ...bounds });
  } finally {
    admission?.settle(open.entry.inputTokens + open.entry.outputTokens);
  }
}

/** Throws the 429 of a rate limit. */
function admit(
  open: Exchange,
  request: ProviderRequest,
  { rateLimit }: ProviderSettings,
  { limiter, tokenizer }: HandlerParts,
): Admission | undefined {
  if (!rateLimit) return undefined;
  const tokens =
    rateLimit.tokensPerMinute === undefined
      ? 0
      : promptTokens(request, tokenizer).total + (request.maxOutputTokens ?? 0);
  const admission = limiter.admit(rateLimit, request.model, tokens);
  Object.assign(open.headers, admission.headers);
  return admission;
}

/** Lets the fault happen; returns after how many tokens the answer must break or stall, or undefined if it is over already. */
async function suffer(open: Exchange, fault: ProviderFault | undefined): Promise<ReplyBounds | undefined> {
  if (!fault) return WHOLE;
  if ('status' in fault) {
    const headers = fault.retryAfterSeconds === undefined ? {} : retryAfterHeaders(fault.retryAfterSeconds);
    const code = fault.status === 429 ? 'rate_limit_exceeded' : null;
    throw new ApiError(
      fault.status,
      fault.message ?? `Simulated failure with status ${fault.status}.`,
      code,
      headers,
    );
  }
  if ('hang' in fault) return untilGone(open);
  if ('stall' in fault) return { ...WHOLE, stallAfterTokens: fault.stall.afterTokens };
  if (fault.disconnect !== 'before-headers')
    return { ...WHOLE, cutAfterTokens: fault.disconnect.afterTokens };
  await breakOff(open);
  return undefined;
}

function sendModels(res: ServerResponse): void {
  const data = MODELS.map((id) => ({ id, object: 'model', created: 0, owned_by: 'simulation' }));
  res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data }));
}

/** Tells the error in OpenAI's shape and returns its status; after the first byte it can only break off. */
function sendError(res: ServerResponse, error: unknown, headers: Record<string, string> = {}): number {
  const told =
    error instanceof ApiError ? error : new ApiError(500, `The simulated provider failed: ${String(error)}`);
  if (res.headersSent || res.destroyed) res.destroy();
  else
    res
      .writeHead(told.status, { 'content-type': 'application/json', ...headers, ...told.headers })
      .end(JSON.stringify(told.body));
  return told.status;
}
