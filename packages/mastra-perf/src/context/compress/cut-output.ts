import { fitData } from './compress-structured.ts';
import { fitText, isWithin, type CountText } from './cut-text.ts';
import { readJsonText } from './json-text.ts';
import { plainValue, type Plain } from './plain-value.ts';
import type { ToolOutput } from './tool-results.ts';

/**
 * An output of a tool that is longer than it may be, cut to what it may; the same object where it fits, and for errors, which tell what
 * went wrong. Text stays text and JSON stays JSON.
 */
export function cutOutput(output: ToolOutput, maxTokens: number, count: CountText): ToolOutput {
  const { type, value } = output;
  if (type === 'text' && typeof value === 'string')
    return isWithin(value, maxTokens, count)
      ? output
      : { ...output, value: cutText(value, maxTokens, count) };
  if (type === 'json') {
    const data = plainJson(value);
    if (data === undefined || isWithin(data.text, maxTokens, count)) return output;
    return { ...output, value: cutData(plainValue(value), maxTokens, count) };
  }
  if (type === 'content' && Array.isArray(value)) return cutParts(output, value, maxTokens, count);
  return output;
}

function cutText(text: string, maxTokens: number, count: CountText): string {
  const json = readJsonText(text);
  const fitted = json && fitData(plainValue(json.value), maxTokens, count);
  return fitted === undefined ? fitText(text, maxTokens, count) : JSON.stringify(fitted);
}

/** What a provider gets must be data: gaps are written down. */
function cutData(data: Plain, maxTokens: number, count: CountText): unknown {
  if (typeof data === 'string') return fitQuoted(data, maxTokens, count);
  const fitted = fitData(data, maxTokens, count);
  if (fitted !== undefined) return JSON.parse(JSON.stringify(fitted)) as unknown;
  return fitQuoted(JSON.stringify(data), maxTokens, count);
}

/** A text that fits when it is written as JSON. */
const fitQuoted = (text: string, maxTokens: number, count: CountText): string =>
  fitText(text, maxTokens, (part) => count(JSON.stringify(part)));

/** Texts share what there is; images and files stay. */
function cutParts(
  output: ToolOutput,
  parts: readonly unknown[],
  maxTokens: number,
  count: CountText,
): ToolOutput {
  const texts = parts.filter(isText);
  if (texts.length === 0) return output;
  const total = texts.reduce(
    (sum, { text }) => (sum > maxTokens ? sum : sum + tokensOf(text, maxTokens, count)),
    0,
  );
  if (total <= maxTokens) return output;
  const each = Math.max(LEAST_TOKENS, Math.floor(maxTokens / texts.length));
  if (texts.every(({ text }) => isWithin(text, each, count))) return output;
  return {
    ...output,
    value: parts.map((part) =>
      isText(part) && !isWithin(part.text, each, count)
        ? { ...part, text: cutText(part.text, each, count) }
        : part,
    ),
  };
}

/** So that a marker is left: providers refuse empty texts. */
export const LEAST_TOKENS = 16;

const tokensOf = (text: string, maxTokens: number, count: CountText): number =>
  isWithin(text, maxTokens, count) ? count(text) : Infinity;

interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

const isText = (part: unknown): part is TextPart =>
  typeof part === 'object' &&
  part !== null &&
  'type' in part &&
  part.type === 'text' &&
  'text' in part &&
  typeof part.text === 'string';

function plainJson(value: unknown): { readonly text: string } | undefined {
  try {
    const text = JSON.stringify(value) as string | undefined;
    return text === undefined ? undefined : { text };
  } catch {
    return undefined; // what JSON cannot hold fails at the provider, and is not for us to mend
  }
}
