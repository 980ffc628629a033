import * as z from 'zod/mini';
import { name, oneOf, options } from '../base/schema.ts';
import { budgetWindow, degrade, limit, scope, thresholds, timesUsual, timezone } from './budget-fields.ts';
import type { BudgetLimit, BudgetOptions, BudgetScope, BudgetUnit } from './budget-options.ts';
import type { BudgetSpan } from './budget-windows.ts';

/** A budget with its defaults. */
export interface Budget extends Required<
  Pick<BudgetOptions, 'name' | 'per' | 'onExceed' | 'onUnavailable' | 'onMissingIdentity' | 'alerts'>
> {
  readonly alertAtTimesUsual: number | undefined;
  readonly unit: BudgetUnit;
  /** In dollars, tokens or calls. */
  readonly limit: BudgetLimit;
  readonly span: BudgetSpan;
}

const UNITS = { limitUsd: 'usd', limitTokens: 'tokens', limitCalls: 'calls' } as const;

const given = options(() => ({
  name: z.optional(name()),
  per: scope(),
  limitUsd: z.optional(limit('usd')),
  limitTokens: z.optional(limit('tokens')),
  limitCalls: z.optional(limit('calls')),
  window: budgetWindow(),
  timezone: z.optional(timezone()),
  onExceed: z.optional(
    z.union([oneOf('block', 'warn'), options(() => ({ degrade: degrade() }))], {
      error: "'block', 'warn' or { degrade: … }",
    }),
  ),
  onUnavailable: z.optional(oneOf('allow', 'block')),
  onMissingIdentity: z.optional(oneOf('shared', 'block')),
  alerts: z.optional(thresholds()),
  alertAtTimesUsual: z.optional(timesUsual()),
}));

const budget = () =>
  z.pipe(
    given,
    z.transform((value: z.infer<typeof given>, context): Budget => {
      const limits = (Object.keys(UNITS) as (keyof typeof UNITS)[]).filter((key) => value[key] !== undefined);
      const [key = 'limitCalls'] = limits;
      if (limits.length !== 1) {
        const message = 'a budget with exactly one of limitUsd, limitTokens, limitCalls';
        context.issues.push({ code: 'custom', message, input: value });
      }
      const unit = UNITS[key];
      const { per, window } = value;
      return {
        name: value.name ?? `${kindOf(per)}-${unit}-${typeof window === 'number' ? `${window}ms` : window}`,
        per,
        unit,
        limit: value[key] ?? 0,
        span: typeof window === 'number' ? { ms: window } : { unit: window, zone: value.timezone ?? 'UTC' },
        onExceed: value.onExceed ?? 'block',
        onUnavailable: value.onUnavailable ?? 'allow',
        onMissingIdentity: value.onMissingIdentity ?? 'shared',
        alerts: [...new Set(value.alerts ?? [0.5, 0.8, 1])].toSorted((a, b) => a - b),
        alertAtTimesUsual: value.alertAtTimesUsual,
      };
    }),
  );

const kindOf = (per: BudgetScope): string => (typeof per === 'string' ? per : per.label);

const listError = 'an array of at most 50 budgets';
export const budgetsSchema = () =>
  z.pipe(
    z.array(budget(), { error: listError }).check(z.maxLength(50, { error: listError })),
    z.transform((budgets: Budget[], context): readonly Budget[] => {
      const names = budgets.map((one) => one.name);
      const twice = names.findIndex((one, index) => names.indexOf(one) < index);
      if (twice >= 0) {
        const message = `a name that no other budget has ("${String(names[twice])}" is taken)`;
        context.issues.push({ code: 'custom', message, input: names[twice], path: [twice, 'name'] });
      }
      return budgets;
    }),
  );
