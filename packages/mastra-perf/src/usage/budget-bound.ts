import type { ModelCall } from '../pipeline/call.ts';
import type { BudgetUnit } from './budget-options.ts';
import type { InputTokens } from './budget-estimate.ts';
import type { PriceBook } from './prices.ts';
import { toNanoUsd } from './usage-counts.ts';

/** A call whose cost is bounded. */
export interface BoundedCall {
  readonly call: ModelCall;
  readonly inputTokens: number;
  /** About what they will be: what is charged where no usage comes. */
  readonly likelyInputTokens: number;
  /** What the answer can have, with what a provider adds to the request's own bound. */
  readonly outputTokens: number;
  /** Whether the request's own bound was changed. */
  readonly changed: boolean;
}

/** No answer is bounded to less than this to make it fit; what asks for less itself is not touched. */
const LEAST_OUTPUT_TOKENS = 256;
/** Above what any ledger holds: such an amount fits into no budget. */
const MOST_AMOUNT = 9e15;

/** The call with a bound on its answer: its own, or else the default where one must be. */
export function boundCall(
  call: ModelCall,
  { most, likely }: InputTokens,
  { mustBound, maxOutputTokens }: { readonly mustBound: boolean; readonly maxOutputTokens: number },
): BoundedCall {
  const inputTokens = Number.isFinite(most) ? Math.max(0, Math.ceil(most)) : MOST_AMOUNT;
  const bound = outputBound(call);
  const isOwn = Number.isFinite(bound);
  const bounded = {
    call,
    inputTokens,
    likelyInputTokens: Math.min(inputTokens, Math.ceil(likely)),
    outputTokens: isOwn ? bound : maxOutputTokens + thinkingTokens(call),
    changed: false,
  };
  return isOwn || !mustBound ? bounded : withOutput(bounded, bounded.outputTokens);
}

/** What the answer can have by the bound of its request, with what a provider adds; `Infinity` without one. */
export function outputBound(call: ModelCall): number {
  const own = call.request.maxOutputTokens;
  const isOwn = typeof own === 'number' && Number.isFinite(own) && own >= 1;
  return isOwn ? Math.ceil(own) + thinkingTokens(call) : Infinity;
}

/** The same call with a longer or shorter bound. */
export function withOutput(bounded: BoundedCall, outputTokens: number): BoundedCall {
  const maxOutputTokens = outputTokens - thinkingTokens(bounded.call);
  const call = { ...bounded.call, request: { ...bounded.call.request, maxOutputTokens } };
  return { ...bounded, call, outputTokens, changed: true };
}

/** Whether a cut would spoil the answer rather than shorten it. */
export const isWhole = ({ request }: ModelCall): boolean => request.responseFormat?.type === 'json';

/** The least output that a call may be bounded to. */
export const leastOutput = ({ call, outputTokens }: BoundedCall): number =>
  Math.min(outputTokens, LEAST_OUTPUT_TOKENS + thinkingTokens(call));

/**
 * Providers of Anthropic's models put the budget for thinking on top of `maxOutputTokens`; without a number it is 1,024
 * (`@ai-sdk/anthropic` 3, `max_tokens = maxTokens + thinkingBudget`).
 */
function thinkingTokens({ request: { providerOptions = {} } }: ModelCall): number {
  const thinking = field(providerOptions.anthropic, 'thinking');
  const reasoning = field(providerOptions.bedrock, 'reasoningConfig');
  return Math.max(budgetOf(thinking), budgetOf(reasoning));
}

function budgetOf(config: unknown): number {
  if (field(config, 'type') !== 'enabled') return 0;
  const tokens = field(config, 'budgetTokens');
  return typeof tokens === 'number' && tokens > 0 ? Math.ceil(tokens) : 1024;
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/** What must be reserved, in whole units; `undefined` for dollars of a model without a price. */
export function mostOf(
  unit: BudgetUnit,
  { call, inputTokens, outputTokens }: BoundedCall,
  priceBook: PriceBook,
  laterMs: number,
): number | undefined {
  if (unit === 'calls') return 1;
  if (unit === 'tokens') return Math.min(MOST_AMOUNT, inputTokens + outputTokens);
  const { provider, modelId } = call.model;
  const usd = priceBook.mostUsdOf(provider, modelId, { inputTokens, outputTokens }, laterMs);
  return usd === undefined ? undefined : Math.min(MOST_AMOUNT, Math.ceil(usd * 1e9));
}

/** In whole units of the ledger. */
export const wholeUnits = (unit: BudgetUnit, amount: number): number =>
  unit === 'usd' ? toNanoUsd(amount) : Math.floor(amount);

/** In dollars, tokens or calls. */
export const shownUnits = (unit: BudgetUnit, whole: number): number => (unit === 'usd' ? whole / 1e9 : whole);
