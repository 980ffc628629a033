import { finishReasonOf, isContent, isDelta, isFinish, type StreamPart } from '../pipeline/parts.ts';
import type { BudgetCharge } from '../stores/ledger.ts';
import { billedTokens } from './billed-tokens.ts';
import type { BoundedCall } from './budget-bound.ts';
import { BYTES_PER_TOKEN } from './budget-estimate.ts';
import { costNothing } from './budget-nothing-sent.ts';
import type { Claimed, Plan } from './budget-plan.ts';
import type { PriceBook } from './prices.ts';
import { toNanoUsd } from './usage-counts.ts';

/** What an answer has cost, as far as it came. */
export interface BudgetMeter {
  see(part: StreamPart): void;
  /** `undefined` when nothing was spent. */
  charges(plan: Plan, error: unknown): Charges | undefined;
  /** Whether the answer was cut off at the bound on its output. */
  isCutOff(): boolean;
}

export interface Charges {
  readonly charges: readonly BudgetCharge[];
  /** No usage was reported: charged by the size of what was sent and received, and at most what was reserved. */
  readonly estimated: boolean;
}

/** Reasoning that a provider keeps to itself is not seen: of an answer that is cut short it is not charged. */
export function budgetMeter(priceBook: PriceBook): BudgetMeter {
  let said = false;
  let bytes = 0;
  let usage: unknown;
  let reason: string | undefined;

  const chargeOf = ({ applied, amount }: Claimed, { call }: BoundedCall, reported: unknown): number => {
    const { unit } = applied.budget;
    if (unit === 'calls') return 1;
    const tokens = billedTokens(reported);
    const usd =
      unit === 'usd' ? priceBook.usdOf(call.model.provider, call.model.modelId, reported) : undefined;
    const charge =
      unit === 'tokens' && tokens ? tokens.inputTokens + tokens.outputTokens : usd && toNanoUsd(usd);
    if (charge === undefined) return amount; // used a kind of token without a price
    return Math.ceil(charge);
  };

  /** In the form that models report, and within the bounds of what was reserved. */
  const estimate = ({ likelyInputTokens, outputTokens }: BoundedCall): unknown => ({
    inputTokens: likelyInputTokens,
    outputTokens: Math.min(outputTokens, Math.ceil(bytes / BYTES_PER_TOKEN)),
  });

  return {
    see(part) {
      said ||= isContent(part);
      if (isDelta(part)) bytes += Buffer.byteLength(part.delta);
      if (!isFinish(part)) return;
      usage = part.usage;
      reason = finishReasonOf(part);
    },
    charges({ bounded, claims }, error) {
      const estimated = billedTokens(usage) === undefined;
      if (estimated && !said && error !== undefined && costNothing(error)) return undefined;
      const reported = estimated ? estimate(bounded) : usage;
      const charges = claims.map((claim) => ({
        counter: claim.applied.counter,
        expiresAt: claim.applied.expiresAt,
        amount: chargeOf(claim, bounded, reported),
      }));
      return { charges, estimated };
    },
    isCutOff: () => reason === 'length',
  };
}
