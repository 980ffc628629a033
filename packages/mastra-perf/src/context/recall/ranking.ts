/** Places from the best score down, sorted only as far as they are asked for; of equal scores the later place is first. */
export interface Ranking {
  /** The place at a rank, from 0; `undefined` after the last. */
  at(rank: number): number | undefined;
}

export function createRanking(scores: Float64Array, places: Int32Array): Ranking {
  const heap = Int32Array.from(places);
  const ranked: number[] = [];
  let size = heap.length;
  const place = (index: number): number => heap[index] ?? 0;
  const isBefore = (a: number, b: number): boolean => {
    const difference = (scores[a] ?? 0) - (scores[b] ?? 0);
    return difference === 0 ? a > b : difference > 0;
  };

  function sink(from: number): void {
    const sinking = place(from);
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(place(child + 1), place(child))) child++;
      if (!isBefore(place(child), sinking)) break;
      heap[index] = place(child);
      index = child;
    }
    heap[index] = sinking;
  }

  for (let index = Math.floor(size / 2) - 1; index >= 0; index--) sink(index);
  return {
    at(rank) {
      while (ranked.length <= rank && size > 0) {
        ranked.push(place(0));
        heap[0] = place(--size);
        sink(0);
      }
      return ranked[rank];
    },
  };
}
