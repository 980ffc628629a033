import type { ModelCall } from '../pipeline/call.ts';
import { askModel, identityOf, type ModelLike } from '../pipeline/model-proxy.ts';
import type { BudgetState } from '../stores/ledger.ts';
import type { Applied } from './budget-applied.ts';
import { boundCall, isWhole, leastOutput, mostOf, withOutput, type BoundedCall } from './budget-bound.ts';
import { inputTokens, type CountInput } from './budget-estimate.ts';
import { refused, toldOf, type TellBudget } from './budget-told.ts';
import type { PriceBook } from './prices.ts';

/** What a call needs of one budget. */
export interface Claimed {
  readonly applied: Applied;
  /** The most that it can cost. */
  readonly amount: number;
  /** Whether the limit holds for this call, or is only looked at. */
  readonly enforced: boolean;
}

/** A call as it would reach the model, and what must be reserved for it. */
export interface Plan {
  readonly bounded: BoundedCall;
  readonly claims: readonly Claimed[];
  /** Budgets that were exceeded and let the call go on to a cheaper model. */
  readonly passed: ReadonlySet<string>;
}

export interface PlanDeps {
  readonly apply: (call: ModelCall) => Promise<readonly Applied[]>;
  readonly priceBook: PriceBook;
  readonly countInput: CountInput | undefined;
  readonly maxOutputTokens: number;
  readonly onUnknownPrice: 'warn' | 'block';
  /** A call may be billed by so much later than it is reserved. */
  readonly callMs: number;
  readonly tell: TellBudget;
}

export interface Plans {
  /** @throws BudgetExceededError for a call whose identity, limit or price is not known and must be. */
  planOf(call: ModelCall, passed?: ReadonlySet<string>): Promise<Plan>;
  /** The same for the model of a budget that was exceeded. */
  degraded(plan: Plan, by: Applied, model: ModelLike): Promise<Plan>;
  /** The same with an answer that fits into what is left; `undefined` where it would be too short. */
  clamped(plan: Plan, stateOf: (claim: Claimed) => BudgetState | undefined): Plan | undefined;
}

const NO_INPUT = { most: 0, likely: 0 };
const FREE = { mustBound: false, maxOutputTokens: 0 };

export function budgetPlans(deps: PlanDeps): Plans {
  const { apply, priceBook, countInput, maxOutputTokens, onUnknownPrice, callMs, tell } = deps;

  const amountOf = (applied: Applied, bounded: BoundedCall): number | undefined =>
    mostOf(applied.budget.unit, bounded, priceBook, callMs);

  const isSoft = ({ budget }: Applied, passed: ReadonlySet<string>): boolean =>
    budget.onExceed === 'warn' || passed.has(budget.name);

  const claim = (applied: Applied, bounded: BoundedCall, passed: ReadonlySet<string>): Claimed[] => {
    const enforced = !isSoft(applied, passed);
    const amount = amountOf(applied, bounded);
    if (amount !== undefined) return [{ applied, amount, enforced }];
    const action = onUnknownPrice === 'block' && enforced ? 'block' : 'allow';
    const { agent } = bounded.call.caller;
    tell({ kind: 'unpriced', action, ...toldOf(applied), agent, model: bounded.call.model.modelId });
    if (action === 'block') throw refused(applied, 'unpriced');
    return [];
  };

  const planOf = async (call: ModelCall, passed: ReadonlySet<string> = new Set()): Promise<Plan> => {
    const applied = await apply(call);
    if (applied.length === 0) return { bounded: boundCall(call, NO_INPUT, FREE), claims: [], passed };
    if (applied.some(({ budget }) => budget.unit === 'usd')) await priceBook.ready();
    const counted = countInput?.(call);
    const input = counted === undefined ? inputTokens(call) : { most: counted, likely: counted };
    const free = boundCall(call, input, { ...FREE, maxOutputTokens });
    const mustBound = applied.some(
      (one) => one.budget.unit !== 'calls' && !isSoft(one, passed) && amountOf(one, free) !== undefined,
    );
    const bounded = mustBound ? boundCall(call, input, { mustBound, maxOutputTokens }) : free;
    return { bounded, claims: applied.flatMap((one) => claim(one, bounded, passed)), passed };
  };

  /** Output tokens for which a claim fits into what is left; the cost grows with them, at most in proportion. */
  const roomFor = ({ applied, amount }: Claimed, bounded: BoundedCall, left: number): number => {
    if (applied.budget.unit === 'calls') return left >= 1 ? bounded.outputTokens : 0;
    const base = amountOf(applied, { ...bounded, outputTokens: 0 });
    if (base === undefined || base > left) return 0;
    if (amount <= left) return bounded.outputTokens;
    // Both ends are rounded up, which may take one unit off what is left.
    return Math.floor((bounded.outputTokens * (left - base - 1)) / (amount - base));
  };

  return {
    planOf,
    degraded: ({ bounded, passed }, by, model) => {
      const call = {
        ...bounded.call,
        model: identityOf(model),
        invoke: (request: ModelCall['request'], method: ModelCall['method']) =>
          askModel(model, request, method),
      };
      return planOf(call, new Set([...passed, by.budget.name]));
    },
    clamped(plan, stateOf) {
      const { bounded, claims } = plan;
      if (isWhole(bounded.call)) return undefined;
      const rooms = claims.map((one) => {
        const state = one.enforced ? stateOf(one) : undefined;
        const left = state && one.applied.limit - state.spent - state.held;
        return left === undefined ? bounded.outputTokens : roomFor(one, bounded, left);
      });
      const outputTokens = Math.min(...rooms);
      if (outputTokens >= bounded.outputTokens || outputTokens < leastOutput(bounded)) return undefined;
      const shorter = withOutput(bounded, outputTokens);
      return {
        ...plan,
        bounded: shorter,
        claims: claims.flatMap(({ applied }) => claim(applied, shorter, plan.passed)),
      };
    },
  };
}
