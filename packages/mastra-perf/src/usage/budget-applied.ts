import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import type { ModelCall } from '../pipeline/call.ts';
import { modelName } from '../pipeline/model-name.ts';
import { wholeUnits } from './budget-bound.ts';
import type { BudgetScope, BudgetSubject } from './budget-options.ts';
import type { Budget } from './budget-schema.ts';
import { isLimit } from './budget-fields.ts';
import { refusal, type TellBudget } from './budget-told.ts';
import { counterName, periods } from './budget-windows.ts';

/** A budget as it stands for one call. */
export interface Applied {
  readonly budget: Budget;
  /** Whose it is; `undefined` of the total and of calls without an identity. */
  readonly scope: string | undefined;
  /** In whole units of the ledger, as all amounts that are not shown to a user. */
  readonly limit: number;
  readonly counter: string;
  readonly also: readonly string[];
  readonly expiresAt: number;
  readonly resetsAt: number;
  /** Milliseconds since the epoch. */
  readonly begunAt: number;
  /** Names what happens once in this window. */
  readonly once: string;
}

export interface AppliedDeps {
  readonly budgets: readonly Budget[];
  readonly clock: Clock;
  readonly labelsOf: (call: ModelCall) => Readonly<Record<string, string>>;
  /** How long a limit that is a function may take. */
  readonly timeoutMs: number;
  readonly tell: TellBudget;
}

/**
 * Tells which budgets a call must keep, with their limits and counters.
 *
 * @throws BudgetExceededError for a call without the identity that a budget asks for, or whose limit cannot be told.
 */
export function appliedBudgets({ budgets, clock, labelsOf, timeoutMs, tell }: AppliedDeps) {
  const all = budgets.map((budget) => ({ budget, periodAt: periods(budget.span) }));

  const limitOf = async (budget: Budget, subject: BudgetSubject): Promise<number | undefined> => {
    const { limit, unit } = budget;
    if (typeof limit === 'number') return limit;
    try {
      const told: unknown = await withDeadline(clock, timeoutMs, () => limit(subject));
      if (isLimit(told, unit)) return told;
      throw new RangeError(`the limit of budget "${budget.name}" is ${String(told)}, which is none`);
    } catch (error) {
      const action = budget.onUnavailable;
      tell({ kind: 'unavailable', action, budget: budget.name, agent: subject.agent, error });
      if (action === 'block') throw refusal(budget, 'unavailable', scopeOf(budget.per, subject), {}, error);
      return undefined;
    }
  };

  return async (call: ModelCall): Promise<readonly Applied[]> => {
    const subject = subjectOf(call, labelsOf(call));
    const now = clock.now();
    const applied: Applied[] = [];
    for (const { budget, periodAt } of all) {
      const scope = scopeOf(budget.per, subject);
      if (scope === undefined && budget.per !== 'total' && budget.onMissingIdentity === 'block')
        throw refusal(budget, 'identity');
      const limit = await limitOf(budget, subject);
      if (limit === undefined || limit === Infinity) continue;
      const { name, others, expiresAt, resetsAt, once } = periodAt(now);
      applied.push({
        budget,
        scope,
        limit: wholeUnits(budget.unit, limit),
        counter: counterName(budget, scope, name),
        also: others.map((other) => counterName(budget, scope, other)),
        expiresAt,
        resetsAt,
        begunAt: now,
        once: counterName(budget, scope, `once ${once}`),
      });
    }
    return applied;
  };
}

function subjectOf({ caller, model }: ModelCall, labels: Readonly<Record<string, string>>): BudgetSubject {
  const { resource, user } = caller;
  const agent = caller.cause?.agent ?? caller.agent;
  return {
    agent,
    model: modelName(model.provider, model.modelId),
    ...(resource !== undefined && { resource }),
    ...(user !== undefined && { user }),
    labels,
  };
}

function scopeOf(per: BudgetScope, subject: BudgetSubject): string | undefined {
  if (per === 'total') return undefined;
  if (typeof per === 'string') return subject[per];
  return Object.hasOwn(subject.labels, per.label) ? subject.labels[per.label] : undefined;
}
