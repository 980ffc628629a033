import type { ModelCall, Reply } from '../pipeline/call.ts';
import type { BudgetState } from '../stores/ledger.ts';
import type { Applied } from './budget-applied.ts';
import { shownUnits } from './budget-bound.ts';
import type { Plan, Plans } from './budget-plan.ts';
import type { Denial, Permit } from './budget-reserve.ts';
import { refused, toldOf, type TellBudget } from './budget-told.ts';

export interface AdmissionDeps {
  readonly plans: Plans;
  readonly reserve: (plan: Plan) => Promise<Permit | Denial>;
  /** A stored answer, for `degrade: 'only-if-cached'`. */
  readonly fromCache: (call: ModelCall) => Promise<Reply | undefined>;
  /** A call did not fit; `spent` is in whole units. */
  readonly onExceeded: (applied: Applied, spent: number) => void;
  readonly tell: TellBudget;
}

type Admitted = { readonly permit: Permit } | { readonly reply: Reply };

/** A call that others outrun again and again is refused after so many shorter attempts. */
const MAX_SHORTER = 3;

/**
 * Finds a way to answer a call within its budgets: as it is, shorter, by a cheaper model, from the cache. `undefined` where no
 * budget applies.
 */
export function admission({ plans, reserve, fromCache, onExceeded, tell }: AdmissionDeps) {
  const exceeded = (
    action: 'block' | 'warn' | 'degrade' | 'cache',
    plan: Plan,
    applied: Applied,
    { spent, held }: Partial<BudgetState>,
    error?: unknown,
  ): void => {
    const { unit } = applied.budget;
    onExceeded(applied, spent ?? 0);
    tell({
      kind: 'exceeded',
      action,
      ...toldOf(applied),
      spent: shownUnits(unit, spent ?? 0),
      ...(held !== undefined && { held: shownUnits(unit, held) }),
      agent: plan.bounded.call.caller.agent,
      ...(error !== undefined && { error }),
    });
  };

  /** Tells of budgets that would have refused a call if they were to. */
  const warn = ({ plan, spent }: Permit): void => {
    for (const [index, { applied, amount }] of plan.claims.entries()) {
      const before = spent[index];
      const isOver = before !== undefined && before + amount > applied.limit;
      if (isOver && applied.budget.onExceed === 'warn') exceeded('warn', plan, applied, { spent: before });
    }
  };

  /** @throws BudgetExceededError when there is no other way. */
  const otherwise = async (
    call: ModelCall,
    plan: Plan,
    { claim, state, stateOf }: Denial,
    mayShorten: boolean,
  ): Promise<Plan | Reply> => {
    const { applied } = claim;
    const { onExceed } = applied.budget;
    let problem: unknown;
    if (typeof onExceed !== 'object') {
      const shorter = mayShorten ? plans.clamped(plan, stateOf) : undefined;
      if (shorter) {
        tell({ kind: 'clamped', ...toldOf(applied), agent: call.caller.agent });
        return shorter;
      }
    } else if (onExceed.degrade === 'only-if-cached') {
      const reply = await fromCache(call).catch((error: unknown) => void (problem = error));
      if (reply) {
        exceeded('cache', plan, applied, state);
        return reply;
      }
    } else {
      const model = onExceed.degrade;
      const { specification } = call.model;
      if (model.specificationVersion === specification) {
        exceeded('degrade', plan, applied, state);
        return plans.degraded(plan, applied, model);
      }
      problem = new TypeError(`${model.modelId} must be of specification ${specification}, as the call is`);
    }
    exceeded('block', plan, applied, state, problem);
    throw refused(applied, 'exceeded', { ...state, needed: claim.amount }, problem);
  };

  return async (call: ModelCall): Promise<Admitted | undefined> => {
    let plan = await plans.planOf(call);
    for (let attempt = 0; plan.claims.length > 0; attempt++) {
      const answer = await reserve(plan);
      if ('id' in answer) {
        warn(answer);
        return { permit: answer };
      }
      const other = await otherwise(call, plan, answer, attempt < MAX_SHORTER);
      if ('parts' in other) return { reply: other };
      plan = other;
    }
    return undefined;
  };
}
