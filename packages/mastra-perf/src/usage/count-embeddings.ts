import type { EmbedCall, EmbedReply } from '../pipeline/embedder-proxy.ts';
import { isAborted } from '../pipeline/failure.ts';
import { billedTokens } from './billed-tokens.ts';
import { BYTES_PER_TOKEN } from './budget-estimate.ts';
import { costNothing } from './budget-nothing-sent.ts';
import type { CountDeps } from './usage-deps.ts';
import { groupOf } from './usage-group.ts';

export type CountEmbeddings = (call: EmbedCall, ask: () => PromiseLike<EmbedReply>) => Promise<EmbedReply>;

/** Counts what requests to embedding models cost, estimated where the provider does not tell. */
export function countEmbeddings({ settingsOf, tally, billing, fault }: CountDeps): CountEmbeddings {
  const count = (call: EmbedCall, reported: unknown): void => {
    const tokens = billedTokens(reported);
    const usage = tokens ? reported : { tokens: likelyTokens(call) };
    billing.record(
      { kind: 'spent', group: groupOf(call), model: call.model, usage },
      {
        embeddingCalls: 1,
        inputTokens: tokens?.inputTokens ?? likelyTokens(call),
        ...(!tokens && { estimatedCalls: 1 }),
      },
    );
  };
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      fault('usage.embeddings', error);
    }
  };
  return async (call, ask) => {
    if (settingsOf(call) === false) return ask();
    let reply: EmbedReply;
    try {
      reply = await ask();
    } catch (error) {
      attempt(() => {
        const { abortSignal } = call.request;
        if (!isAborted(abortSignal) && costNothing(error)) tally.record(groupOf(call), { embeddingCalls: 1 });
        else count(call, undefined);
      });
      throw error;
    }
    attempt(() => count(call, reply.usage));
    return reply;
  };
}

const likelyTokens = ({ request }: EmbedCall): number =>
  Math.ceil(request.values.reduce((bytes, value) => bytes + Buffer.byteLength(value), 0) / BYTES_PER_TOKEN);
