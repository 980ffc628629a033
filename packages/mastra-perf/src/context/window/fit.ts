import type { Unit } from './units.ts';

export interface Fit {
  /** Units that are left out, by their place. */
  readonly dropped: ReadonlySet<number>;
  /** Of those that stay. */
  readonly tokens: number;
}

/** `block` drops more than it must, so that the beginning stays the same for many calls; `slide` only what it must. */
export type Trim = 'block' | 'slide';

/** What a block leaves of the budget at least: at less, more is dropped for nothing; at more, prompts begin anew too often. */
const LEAST_LEFT = 0.6;

/**
 * Leaves out the oldest units that may be dropped, until the others fit. Where even that is not enough, all of them are left out and
 * `tokens` tells how much is left.
 *
 * A larger budget never keeps less.
 */
export function fit(units: readonly Unit[], budget: number, trim: Trim): Fit {
  const all = units.reduce((sum, { tokens }) => sum + tokens, 0);
  if (all <= budget) return { dropped: new Set(), tokens: all };
  const most = trim === 'slide' ? all - budget : all - budget * LEAST_LEFT;
  return upTo(units, all, firstKept(units, all - budget, most));
}

/**
 * The place of the first unit that is not dropped. Of all that leave the prompt between the budget and the least, the one with the
 * highest mark: while a conversation grows, it stays the highest until it no longer fits or a higher one comes into reach, which
 * happens about five times while the prompt grows by its budget. Whatever stands in front of it does not matter.
 */
function firstKept(units: readonly Unit[], least: number, most: number): number {
  let gone = 0;
  let best: { readonly place: number; readonly mark: number } | undefined;
  for (const [place, { fixed, mark, tokens }] of units.entries()) {
    if (fixed) continue;
    if (best && gone > most) break;
    if (gone >= least && (!best || mark > best.mark)) best = { place, mark };
    gone += tokens;
  }
  return best && best.place < units.length ? best.place : units.length;
}

function upTo(units: readonly Unit[], all: number, end: number): Fit {
  const dropped = new Set<number>();
  let tokens = all;
  for (let place = 0; place < end; place++) {
    const unit = units[place];
    if (!unit || unit.fixed) continue;
    dropped.add(place);
    tokens -= unit.tokens;
  }
  return { dropped, tokens };
}
