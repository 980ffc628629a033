import type { RejectReason } from './compression-stats.ts';
import type { CountText } from './cut-text.ts';
import { unfitness } from './judge-summary.ts';
import { withoutCode } from './kept-code.ts';
import { haveSameNumbers } from './kept-numbers.ts';
import type { AskSummarizer } from './summarizer.ts';

export interface GuardedRequest {
  readonly text: string;
  readonly maxTokens: number;
  readonly keep: { readonly numbers?: boolean; readonly code?: boolean };
  readonly count: CountText;
  readonly signal: AbortSignal;
}

/** A text that may stand for the original, or why there is none. */
export type Guarded = { readonly text: string } | { readonly reason: RejectReason };

/** Room for prose beside the code; with less, nothing can be said. */
const LEAST_ROOM = 8;
/** What is asked for the second time, as a share of what there is room for: summarizers cannot count. */
const SECOND_SHARE = 0.7;

/** Asks for a shorter text, once more if it is too long, and believes nothing of the answer. Rejects as the summarizer does. */
export async function summarizeGuarded(ask: AskSummarizer, request: GuardedRequest): Promise<Guarded> {
  const { text, maxTokens, keep, count, signal } = request;
  const code = keep.code ? withoutCode(text) : undefined;
  const room = maxTokens - (code?.blocks ?? []).reduce((sum, block) => sum + count(block), 0);
  if (room < Math.min(LEAST_ROOM, maxTokens)) return { reason: 'code' };
  const source = code?.text ?? text;
  const instructions = instructionsFor(keep, code?.blocks.length ?? 0);

  const judged = (answer: unknown): Guarded => {
    const bounds = { original: text, maxTokens, count };
    const unfit = unfitness(answer, bounds);
    if (unfit !== undefined) return { reason: unfit };
    const said = (answer as string).trim();
    if (keep.numbers && !haveSameNumbers(source, said)) return { reason: 'numbers' };
    if (!code || code.blocks.length === 0) return { text: said };
    const restored = code.restore(said);
    if (restored === undefined) return { reason: 'code' };
    const reason = unfitness(restored, bounds);
    return reason === undefined ? { text: restored } : { reason };
  };

  const asked = async (most: number): Promise<Guarded> =>
    judged(
      await ask({ text: source, maxTokens: most, signal, ...(instructions !== '' && { instructions }) }),
    );

  const first = await asked(room);
  if (!('reason' in first) || first.reason !== 'tooLong') return first;
  signal.throwIfAborted();
  return asked(Math.max(1, Math.floor(room * SECOND_SHARE)));
}

function instructionsFor(keep: GuardedRequest['keep'], blocks: number): string {
  const said = [];
  if (keep.numbers) said.push('Keep each number, date, price and id exactly as it is written, and add none.');
  if (blocks > 0)
    said.push(
      'Keep each mark of the form [[code-…]] exactly once, unchanged, on a line of its own: it stands for code.',
    );
  return said.join('\n');
}
