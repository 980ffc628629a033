import type { ContextSettings } from '../options.ts';

export interface BudgetQuestion {
  readonly settings: ContextSettings;
  /** Tokens that the model takes, its answer included; `undefined` if that is not known. */
  readonly window: number | undefined;
  readonly maxOutputTokens: number | undefined;
  /** Whether tokens are counted as the model does. */
  readonly isExact: boolean;
}

const RESERVE = 8192;
const SMALL_SHARE = 0.25;
/** What is estimated may be more. */
const ESTIMATED_SHARE = 0.9;

/** Tokens that a prompt may have, tools included; `undefined` where there is no limit. */
export function promptBudget({
  settings,
  window,
  maxOutputTokens,
  isExact,
}: BudgetQuestion): number | undefined {
  const { maxTokens = 'auto', reserveOutput } = settings;
  const own = maxTokens === 'auto' ? undefined : maxTokens;
  if (window === undefined) return own;
  const reserve = maxOutputTokens ?? reserveOutput ?? Math.min(RESERVE, window * SMALL_SHARE);
  const room = Math.max(1, Math.floor((window - reserve) * (isExact ? 1 : ESTIMATED_SHARE)));
  return own === undefined ? room : Math.min(own, room);
}
