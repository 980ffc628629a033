import * as z from 'zod/mini';
import { options, positiveInteger } from '../base/schema.ts';
import type { BudgetRules } from './budget-options.ts';

const webhookUrl = () =>
  z.custom<string>(
    (value) => typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? ''),
    { error: 'an http or https address' },
  );
const secret = () =>
  z.custom<string>((value) => typeof value === 'string' && value.length >= 16, {
    error: 'a text of at least 16 characters',
  });
const callback = <F>() => z.custom<F>((value) => typeof value === 'function', { error: 'a function' });

/** The fields that stand beside `budgets` among the options of `usage`. */
export const budgetRulesShape = () => ({
  onUnknownPrice: z.optional(
    z.custom<NonNullable<BudgetRules['onUnknownPrice']>>(
      (value) => value === 'warn' || value === 'block' || typeof value === 'function',
      { error: "'warn', 'block' or a function that returns a price" },
    ),
  ),
  budgetMaxOutputTokens: z.optional(positiveInteger(10_000_000)),
  budgetAlerts: z.optional(
    options(() => ({
      onAlert: z.optional(callback<NonNullable<NonNullable<BudgetRules['budgetAlerts']>['onAlert']>>()),
      webhook: z.optional(options(() => ({ url: webhookUrl(), secret: secret() }))),
    })),
  ),
});
