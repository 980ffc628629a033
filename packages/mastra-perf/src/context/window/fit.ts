import type { Unit } from './units.ts';

export interface Fit {
  /** Units that are left out, by their place. */
  readonly dropped: ReadonlySet<number>;
  /** Of those that stay. */
  readonly tokens: number;
}

/** `block` drops more than it must, so that the beginning stays the same for many calls; `slide` only what it must. */
export type Trim = 'block' | 'slide';

/**
 * Leaves out the oldest units that may be dropped, until the others fit. Where even that is not enough, all of them are left out and
 * `tokens` tells how much is left.
 *
 * A larger budget never keeps less.
 */
export function fit(units: readonly Unit[], budget: number, trim: Trim): Fit {
  const all = units.reduce((sum, { tokens }) => sum + tokens, 0);
  if (all <= budget) return { dropped: new Set(), tokens: all };
  return dropOldest(units, trim === 'slide' ? all - budget : inBlocks(all, budget));
}

/** Leaves out the oldest units of at least so many tokens. */
function dropOldest(units: readonly Unit[], least: number): Fit {
  const dropped = new Set<number>();
  let gone = 0;
  let tokens = 0;
  for (const [place, unit] of units.entries()) {
    if (unit.fixed || gone >= least) tokens += unit.tokens;
    else {
      dropped.add(place);
      gone += unit.tokens;
    }
  }
  return { dropped, tokens };
}

/**
 * Tokens to drop: those over the budget, up to the next multiple of a step, so that the same are dropped until the prompt has grown by
 * that step. It is the power of two between a sixth and a third of the budget. Where the step doubles, a larger budget could have
 * to drop more than the smaller one does: then it drops what that one drops.
 */
function inBlocks(all: number, budget: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, budget) / 3)));
  const smaller = 3 * step - 1;
  return Math.min(upTo(all - budget, step), upTo(all - smaller, step / 2));
}

const upTo = (tokens: number, step: number): number => Math.ceil(tokens / step) * step;
