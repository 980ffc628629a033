import type { PromptMessage } from '../../pipeline/call.ts';

/** Messages of a prompt that are kept or dropped together, `to` not included. */
export interface Unit {
  readonly from: number;
  readonly to: number;
  readonly tokens: number;
  /** It is never dropped. */
  readonly fixed: boolean;
}

export interface UnitOptions {
  readonly tokensOf: (message: PromptMessage) => number;
  /** Turns at the beginning that are never dropped. */
  readonly keepFirst: number;
}

/**
 * Cuts a prompt into system messages, which stay, and turns, each from a message of the user up to the next one: an answer is never
 * kept without its question, nor a tool's result without its call. The last turn stays: it holds the question, and what its tools
 * have told so far.
 */
export function unitsOf(prompt: readonly PromptMessage[], { tokensOf, keepFirst }: UnitOptions): Unit[] {
  const spans = spansOf(prompt);
  const needed = spansNeededByOthers(prompt, spans);
  const turns = spans.filter(({ isSystem }) => !isSystem);
  const first = new Set(turns.slice(0, keepFirst));
  return spans.map((span, index) => ({
    from: span.from,
    to: span.to,
    tokens: prompt.slice(span.from, span.to).reduce((sum, message) => sum + tokensOf(message), 0),
    fixed: span.isSystem || span === turns.at(-1) || first.has(span) || needed.has(index),
  }));
}

interface Span {
  readonly from: number;
  to: number;
  readonly isSystem: boolean;
}

function spansOf(prompt: readonly PromptMessage[]): Span[] {
  const spans: Span[] = [];
  for (const [index, { role }] of prompt.entries()) {
    const open = spans.at(-1);
    const isSystem = role === 'system';
    if (!open || isSystem || open.isSystem || role === 'user')
      spans.push({ from: index, to: index + 1, isSystem });
    else open.to = index + 1;
  }
  return spans;
}

/** A result may come in a later turn than its call, as after an approval: both are kept, whatever is between them. */
function spansNeededByOthers(prompt: readonly PromptMessage[], spans: readonly Span[]): Set<number> {
  const calledIn = new Map<string, number>();
  const needed = new Set<number>();
  for (const [index, { from, to }] of spans.entries()) {
    for (const message of prompt.slice(from, to)) {
      for (const { type, toolCallId } of partsOf(message)) {
        if (typeof toolCallId !== 'string') continue;
        if (type === 'tool-call') calledIn.set(toolCallId, index);
        const caller = calledIn.get(toolCallId);
        if (type !== 'tool-result' || caller === undefined || caller === index) continue;
        needed.add(caller).add(index);
      }
    }
  }
  return needed;
}

type Part = { readonly type?: unknown; readonly toolCallId?: unknown };

const partsOf = ({ content }: PromptMessage): readonly Part[] =>
  Array.isArray(content)
    ? content.filter((part): part is Part => typeof part === 'object' && part !== null)
    : [];
