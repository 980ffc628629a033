import type { PromptMessage } from '../../pipeline/call.ts';

/** Messages of a prompt that are kept or dropped together, `to` not included. */
export interface Turn {
  readonly from: number;
  readonly to: number;
  /** It is never dropped. */
  readonly fixed: boolean;
}

export interface Unit extends Turn {
  readonly tokens: number;
  /** Where it is better to begin a prompt: made of what is in the unit, and of nothing else. */
  readonly mark: number;
}

/**
 * Cuts a prompt into system messages, which stay, and turns, each from a message of the user up to the next one: an answer is never
 * kept without its question, nor a tool's result without its call. The last turn stays: it holds the question, and what its tools
 * have told so far. `keepFirst` turns at the beginning stay as well.
 */
export function turnsOf(prompt: readonly PromptMessage[], keepFirst: number): Turn[] {
  const spans = spansOf(prompt);
  const needed = spansNeededByOthers(prompt, spans);
  const last = spans.findLastIndex(({ isSystem }) => !isSystem);
  let seen = 0;
  return spans.map(({ from, to, isSystem }, index) => ({
    from,
    to,
    fixed: isSystem || index === last || seen++ < keepFirst || needed.has(index),
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
    for (let place = from; place < to; place++) {
      const content = prompt[place]?.content;
      if (!Array.isArray(content)) continue;
      for (const part of content as readonly (Part | null | undefined)[]) {
        const id = part?.toolCallId;
        if (typeof id !== 'string') continue;
        if (part?.type === 'tool-call') calledIn.set(id, index);
        const caller = calledIn.get(id);
        if (part?.type !== 'tool-result' || caller === undefined || caller === index) continue;
        needed.add(caller).add(index);
      }
    }
  }
  return needed;
}

type Part = { readonly type?: unknown; readonly toolCallId?: unknown };
