import { finishReasonOf, isFinish, type StreamPart } from '../pipeline/parts.ts';
import type { BudgetCharge } from '../stores/ledger.ts';
import { answerUsage } from './answer-usage.ts';
import { billedTokens } from './billed-tokens.ts';
import type { BoundedCall } from './budget-bound.ts';
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
  /** No usage was reported: charged by the size of what was sent and received. */
  readonly estimated: boolean;
}

export function budgetMeter(priceBook: PriceBook): BudgetMeter {
  const answer = answerUsage();
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

  return {
    see(part) {
      answer.see(part);
      if (isFinish(part)) reason = finishReasonOf(part);
    },
    charges({ bounded, claims }, error) {
      const used = answer.of(bounded.call, error, bounded.likelyInputTokens);
      if (!used) return undefined;
      const charges = claims.map((claim) => ({
        counter: claim.applied.counter,
        expiresAt: claim.applied.expiresAt,
        amount: chargeOf(claim, bounded, used.usage),
      }));
      return { charges, estimated: used.estimated };
    },
    isCutOff: () => reason === 'length',
  };
}
