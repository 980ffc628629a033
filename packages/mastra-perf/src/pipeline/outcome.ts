import type { Middleware } from './call.ts';
import { isFinish, type FinishPart, type StreamPart } from './parts.ts';
import type { PartReader } from './reader.ts';
import { readUsage, zeroUsage } from './usage.ts';

/** How a call was answered: by the model, from the cache, by a call that was already under way, or past both. */
export type OutcomeName = 'miss' | 'hit' | 'shared' | 'bypass';

/** What a call did not cost because it was answered without asking the model. */
export interface Saved {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Absent when the model's price is not known. */
  readonly usd?: number;
  /** Milliseconds that the model took the first time, less what waiting for it took now. */
  readonly ms: number;
}

/** Result of `perf.outcome()`; plain JSON. */
export interface Outcome {
  readonly outcome: OutcomeName;
  /** Where a hit was found. */
  readonly tier?: 'l1';
  /** Milliseconds since the answer was stored. */
  readonly ageMs?: number;
  readonly saved?: Saved;
}

/** What the middlewares know of the outcome while a call runs. */
export interface OutcomeFacts {
  name: OutcomeName;
  ageMs?: number;
  /** Milliseconds that were not waited for. */
  savedMs?: number;
}

/** Where results carry our outcome: `result.providerMetadata.mastraPerf`. */
export const OUTCOME_NAMESPACE = 'mastraPerf';

export const isFromModel = (outcome: OutcomeFacts): boolean => outcome.name === 'miss' || outcome.name === 'bypass';

export interface OutcomeOptions {
  /** Whether usage that nobody paid for again is reported as zero. */
  readonly zeroUsage: (agent: string) => boolean;
  readonly priceOf: (provider: string, modelId: string, usage: unknown) => number | undefined;
}

/** Outermost: writes on the last part how the call was answered, and takes away usage that was not spent by it. */
export function outcomeMarker(options: OutcomeOptions): Middleware {
  return {
    name: 'outcome',
    async run(call, next) {
      const reply = await next();
      const mark = (part: FinishPart): StreamPart => {
        const { outcome } = call.facts;
        const usd = () => options.priceOf(call.model.provider, call.model.modelId, part.usage);
        const told = isFromModel(outcome) ? { outcome: outcome.name } : fromElsewhere(outcome, part, usd());
        const clean = isFromModel(outcome) || !options.zeroUsage(call.caller.agent);
        return {
          ...part,
          usage: clean ? part.usage : zeroUsage(part.usage),
          providerMetadata: { ...part.providerMetadata, [OUTCOME_NAMESPACE]: told },
        };
      };
      return { ...reply, parts: mapFinish(reply.parts, mark) };
    },
  };
}

function fromElsewhere(outcome: OutcomeFacts, part: FinishPart, usd: number | undefined): Outcome {
  const usage = readUsage(part.usage);
  return {
    outcome: outcome.name,
    ...(outcome.name === 'hit' && { tier: 'l1' as const }),
    ...(outcome.ageMs !== undefined && { ageMs: Math.round(outcome.ageMs) }),
    saved: {
      inputTokens: usage?.inputTokens ?? 0,
      outputTokens: usage?.outputTokens ?? 0,
      ...(usd !== undefined && { usd }),
      ms: Math.round(outcome.savedMs ?? 0),
    },
  };
}

function mapFinish(reader: PartReader, map: (part: FinishPart) => StreamPart): PartReader {
  return {
    async read() {
      const result = await reader.read();
      return !result.done && isFinish(result.value) ? { done: false, value: map(result.value) } : result;
    },
    cancel: (reason) => reader.cancel(reason),
  };
}
