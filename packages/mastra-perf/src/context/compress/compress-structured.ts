import { PerfConfigError } from '../../errors.ts';
import type { ModelReference } from '../tokens/counted-model.ts';
import { withColumns } from './columns.ts';
import { fitText, isWithin, largestThatFits, type CountText } from './cut-text.ts';
import { readJsonText } from './json-text.ts';
import { plainValue, type Plain } from './plain-value.ts';
import { createShrinker } from './shrink.ts';
import { DEFAULT_MODEL, steadyCount } from './steady-count.ts';

export interface CompressStructuredOptions {
  /**
   * Of which model tokens are estimated, with a fifth added.
   * @default 'openai/gpt-5-mini'
   */
  readonly model?: ModelReference;
  /** Counts instead of the estimate. Must not throw. */
  readonly count?: CountText;
}

/**
 * Data as a short text that a model reads as well: JSON without white space and without empty fields, arrays of like objects as
 * columns and rows where that is shorter. A text that is JSON counts as its data. No model is asked, and the same data always gives
 * the same text.
 *
 * @param maxTokens Longest text. Of long arrays, objects and texts in the data the head and the tail stay, with a marker of how much is
 *   left out. The text is still JSON, unless the budget is too small for that.
 * @throws PerfConfigError when `maxTokens` is not a whole number from 1. Data never makes it throw: cycles, deeper levels than 100 and what cannot be
 *   read become markers, as do all values after the first 200,000.
 *
 * @example compressStructured([{ id: 1, name: 'Ann', note: null }, …]) // {"columns":["id","name"],"rows":[[1,"Ann"],…]}
 */
export function compressStructured(
  data: unknown,
  maxTokens?: number,
  { model = DEFAULT_MODEL, count = steadyCount(model) }: CompressStructuredOptions = {},
): string {
  checkMaxTokens(maxTokens ?? 1, 'compressStructured: maxTokens');
  const given = typeof data === 'string' ? (readJsonText(data)?.value ?? data) : data;
  if (typeof given === 'string') return maxTokens === undefined ? given : fitText(given, maxTokens, count);
  const plain = plainValue(given);
  const whole = (): string => JSON.stringify(withColumns(plain));
  if (maxTokens === undefined) return whole();
  const fitted = fitData(plain, maxTokens, count);
  return fitted === undefined ? fitText(whole(), maxTokens, count) : JSON.stringify(fitted);
}

const LIKELY_CHARACTERS_PER_TOKEN = 8;

/** The data with columns, as much of it as fits; `undefined` where its structure alone does not. */
export function fitData(data: Plain, maxTokens: number, count: CountText): Plain | undefined {
  const { size, shrunk } = createShrinker(data);
  const fitting = (characters: number): Plain | undefined => {
    const made = withColumns(shrunk(characters));
    return isWithin(JSON.stringify(made), maxTokens, count) ? made : undefined;
  };
  // Columns may save so much that all of it fits.
  if (size <= maxTokens * LIKELY_CHARACTERS_PER_TOKEN * 4) {
    const whole = fitting(size);
    if (whole !== undefined) return whole;
  }
  return largestThatFits(Math.min(size, maxTokens * LIKELY_CHARACTERS_PER_TOKEN), fitting);
}

export function checkMaxTokens(maxTokens: unknown, path: string): void {
  if (Number.isSafeInteger(maxTokens) && (maxTokens as number) > 0) return;
  throw new PerfConfigError(path, maxTokens, 'a whole number of tokens, from 1');
}
