import type { BudgetOptions } from 'mastra-perf';

export * from './common.ts';
export const budgets: readonly BudgetOptions[] = [{ per: 'total', limitUsd: 1, window: 'day' }];
export const [url, secret] = ['http://127.0.0.1:9/alerts', 'a secret of 16 letters or more'];
