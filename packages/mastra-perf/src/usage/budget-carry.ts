import type { ModelCall, Next, Reply } from '../pipeline/call.ts';
import { isAborted } from '../pipeline/failure.ts';
import { observe } from '../pipeline/observe.ts';
import type { BudgetAlerts } from './budget-alerts.ts';
import { shownUnits } from './budget-bound.ts';
import { budgetMeter, type BudgetMeter } from './budget-charges.ts';
import { hourCharges } from './budget-hours.ts';
import type { BudgetHolds } from './budget-holds.ts';
import type { BudgetOwed } from './budget-owed.ts';
import type { BudgetRefusals } from './budget-refusals.ts';
import type { Permit } from './budget-reserve.ts';
import { toldOf, type TellBudget } from './budget-told.ts';
import type { PriceBook } from './prices.ts';

export interface CarryDeps {
  readonly priceBook: PriceBook;
  readonly holds: BudgetHolds;
  readonly owed: BudgetOwed;
  readonly refusals: BudgetRefusals;
  readonly alerts: BudgetAlerts;
  readonly tell: TellBudget;
  readonly fault: (error: unknown) => void;
}

/** Lets a call that has a permit go on, and puts its true cost in the place of what is reserved when it has ended. */
export function carrier({ priceBook, holds, owed, refusals, alerts, tell, fault }: CarryDeps) {
  const settle = ({ id, plan, spent }: Permit, meter: BudgetMeter, error: unknown): void => {
    const { claims, bounded } = plan;
    holds.end(id);
    refusals.forget(claims);
    const result = meter.charges(plan, error);
    if (!result) return owed.release(id);
    owed.settle(id, [...result.charges, ...hourCharges(claims, result.charges)]);
    const { agent } = bounded.call.caller;
    for (const [index, { applied, amount }] of claims.entries()) {
      const { unit } = applied.budget;
      const charge = result.charges[index]?.amount ?? 0;
      const about = { ...toldOf(applied), agent, spent: shownUnits(unit, charge) };
      if (result.estimated && unit !== 'calls') tell({ kind: 'estimated', ...about });
      if (charge > amount) tell({ kind: 'overrun', ...about, held: shownUnits(unit, amount) });
      alerts.check(applied, (spent[index] ?? 0) + charge);
      alerts.charged(applied, charge);
    }
  };

  return {
    async carry(original: ModelCall, permit: Permit, next: Next): Promise<Reply> {
      const { call, changed } = permit.plan.bounded;
      const { facts, request } = call;
      const meter = budgetMeter(priceBook);
      if (call.model !== original.model) facts.unlike = 'another model';
      for (const [index, { applied }] of permit.plan.claims.entries())
        alerts.check(applied, permit.spent[index] ?? 0);
      holds.begin(permit.id);
      let reply;
      try {
        reply = await next(call);
      } catch (error) {
        // Who gives up does not know what was generated until then.
        settle(permit, meter, isAborted(request.abortSignal) ? undefined : error);
        throw error;
      }
      const observer = {
        part: meter.see,
        end(status: string, error?: unknown) {
          if (changed && meter.isCutOff()) facts.unlike ??= 'cut short';
          settle(permit, meter, status === 'error' ? error : undefined);
        },
      };
      return { ...reply, parts: observe(reply.parts, observer, fault) };
    },
    /** The call was given up before the model was asked. */
    giveUp({ id, plan }: Permit): void {
      refusals.forget(plan.claims);
      owed.release(id);
    },
  };
}
