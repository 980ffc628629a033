import type {
  ContextFacts,
  Middleware,
  ModelCall,
  OutcomeFacts,
  OutcomeName,
  PromptCacheFacts,
  SemanticFacts,
} from './call.ts';
import { finishUsage } from './finish-usage.ts';
import { isFinish, type FinishPart, type StreamPart } from './parts.ts';
import { mapReader } from './reader.ts';
import { readUsage, zeroUsage } from './usage.ts';

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
  /** Where a stored answer was found: in the memory of this process (`l1`) or in the store (`l2`). */
  readonly tier?: 'l1' | 'l2';
  /** Milliseconds since the answer was stored. */
  readonly ageMs?: number;
  readonly saved?: Saved;
  /** To which other question it is the answer, with `outcome: 'semantic'`. */
  readonly semantic?: SemanticFacts;
  /** What was done to the prompt; absent where nothing was. */
  readonly context?: ContextFacts;
  /** What was done for the provider's prompt cache, and the tokens that it served; absent where nothing was done. */
  readonly promptCache?: PromptCacheFacts & { readonly cachedInputTokens: number };
}

/** Where results carry our outcome: `result.providerMetadata.mastraPerf`. */
export const OUTCOME_NAMESPACE = 'mastraPerf';

export const isFromModel = (outcome: OutcomeFacts): boolean =>
  outcome.name === 'miss' || outcome.name === 'bypass';

export interface OutcomeOptions {
  /** Whether usage that nobody paid for again is reported as zero. */
  readonly zeroUsage: (agent: string) => boolean;
  readonly priceOf: (provider: string, modelId: string, usage: unknown) => number | undefined;
  readonly fault: (where: string, error: unknown) => void;
}

/** Outermost: writes on the last part how the call was answered, and takes away usage that was not spent by it. */
export function outcomeMarker(options: OutcomeOptions): Middleware {
  return {
    name: 'outcome',
    async run(call, next) {
      const reply = await next();
      const told = (part: StreamPart): StreamPart => {
        if (!isFinish(part)) return part;
        try {
          return mark(call, part, options);
        } catch (error) {
          options.fault('outcome', error);
          return part;
        }
      };
      return { ...reply, parts: mapReader(reply.parts, told) };
    },
  };
}

function mark({ model, caller, facts }: ModelCall, part: FinishPart, options: OutcomeOptions): StreamPart {
  const { outcome, context, promptCache } = facts;
  const paid = isFromModel(outcome);
  const told = paid
    ? { outcome: outcome.name }
    : fromElsewhere(outcome, part, options.priceOf(model.provider, model.modelId, part.usage));
  return {
    ...part,
    usage: paid || !options.zeroUsage(caller.agent) ? part.usage : zeroUsage(part.usage),
    providerMetadata: {
      ...part.providerMetadata,
      [OUTCOME_NAMESPACE]: {
        ...told,
        ...(context && { context }),
        ...(promptCache && { promptCache: { ...promptCache, cachedInputTokens: cachedIn(part) } }),
      },
    },
  };
}

const cachedIn = (part: FinishPart): number => readUsage(finishUsage(part))?.cachedInputTokens ?? 0;

function fromElsewhere(outcome: OutcomeFacts, part: FinishPart, usd: number | undefined): Outcome {
  const usage = readUsage(part.usage);
  return {
    outcome: outcome.name,
    ...(outcome.tier !== undefined && { tier: outcome.tier }),
    ...(outcome.ageMs !== undefined && { ageMs: Math.round(outcome.ageMs) }),
    ...(outcome.semantic && { semantic: outcome.semantic }),
    saved: {
      inputTokens: usage?.inputTokens ?? 0,
      outputTokens: usage?.outputTokens ?? 0,
      ...(usd !== undefined && { usd }),
      ms: Math.round(outcome.savedMs ?? 0),
    },
  };
}
