import { splitWhole } from '../base/split-whole.ts';
import type { EmbedCall, EmbedReply } from '../pipeline/embedder-proxy.ts';
import { isAborted } from '../pipeline/failure.ts';
import { billedTokens } from './billed-tokens.ts';
import { BYTES_PER_TOKEN } from './budget-estimate.ts';
import { costNothing } from './budget-nothing-sent.ts';
import type { CountDeps } from './usage-deps.ts';
import { groupOf, type UsageGroup } from './usage-group.ts';

export type CountEmbeddings = (call: EmbedCall, ask: () => PromiseLike<EmbedReply>) => Promise<EmbedReply>;

/** A request to an embedding model was made for a call, whose texts may be those of several callers. */
export function countEmbeddings({ settingsOf, tally, billing, fault }: CountDeps): CountEmbeddings {
  const count = (call: EmbedCall, reported: unknown): void => {
    const told = billedTokens(reported);
    const all = told?.inputTokens ?? likelyTokens(call);
    partsOf(call, all).forEach(({ group, isCounted, tokens }, at) => {
      if (!isCounted) return;
      billing.record(
        { kind: 'spent', group, model: call.model, usage: { tokens } },
        { inputTokens: tokens, ...(at === 0 && { embeddingCalls: 1, ...(!told && { estimatedCalls: 1 }) }) },
      );
    });
  };
  /** The request is counted once, for the caller who has the first text; tokens are split by who has how much text. */
  const partsOf = ({ shares, ...call }: EmbedCall, tokens: number) => {
    const parts = new Map<string, { group: UsageGroup; isCounted: boolean; weight: number }>();
    for (const { weight, ...whose } of shares?.() ?? [{ ...call, weight: 1 }]) {
      const counted = { ...call, ...whose };
      const group = groupOf(counted);
      const name = JSON.stringify(group);
      const part = parts.get(name) ?? { group, isCounted: settingsOf(counted) !== false, weight: 0 };
      part.weight += weight;
      parts.set(name, part);
    }
    const all = [...parts.values()];
    const split = splitWhole(
      tokens,
      all.map(({ weight }) => weight),
    );
    return all.map((part, at) => ({ ...part, tokens: split[at] ?? 0 }));
  };
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      fault('usage.embeddings', error);
    }
  };
  return async (call, ask) => {
    if (!call.shares && settingsOf(call) === false) return ask();
    let reply: EmbedReply;
    try {
      reply = await ask();
    } catch (error) {
      attempt(() => {
        const { abortSignal } = call.request;
        if (isAborted(abortSignal) || !costNothing(error)) count(call, undefined);
        else if (settingsOf(call) !== false) tally.record(groupOf(call), { embeddingCalls: 1 });
      });
      throw error;
    }
    attempt(() => count(call, reply.usage));
    return reply;
  };
}

/** Texts of a call did not have to be embedded: so many, which would have cost so many tokens. */
export type CountSavedEmbeddings = (call: EmbedCall, texts: number, tokens: number) => void;

export function countSavedEmbeddings({ settingsOf, billing, fault }: CountDeps): CountSavedEmbeddings {
  return (call, texts, tokens) => {
    try {
      if (settingsOf(call) === false) return;
      billing.record(
        { kind: 'saved', group: groupOf(call), model: call.model, usage: { tokens } },
        { savedEmbeddings: texts, savedInputTokens: tokens },
      );
    } catch (error) {
      fault('usage.embeddings', error);
    }
  };
}

const likelyTokens = ({ request }: EmbedCall): number =>
  Math.ceil(request.values.reduce((bytes, value) => bytes + Buffer.byteLength(value), 0) / BYTES_PER_TOKEN);
