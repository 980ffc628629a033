import type { Random } from '../random.ts';

/** Names that are drawn one after the other; none a second time before all others had their turn. */
export interface Deck {
  /** One of those that there are. */
  draw(from: readonly string[]): string | undefined;
}

/** The first time in the order given, so that a short run has what matters most; then at random. */
export function deckOf(random: Random): Deck {
  const drawn = new Set<string>();
  let isFirst = true;
  return {
    draw(from) {
      let left = from.filter((name) => !drawn.has(name));
      if (left.length === 0) {
        isFirst = false;
        for (const name of from) drawn.delete(name);
        left = [...from];
      }
      const next = isFirst ? left[0] : left.length > 0 ? random.pick(left) : undefined;
      if (next !== undefined) drawn.add(next);
      return next;
    },
  };
}
