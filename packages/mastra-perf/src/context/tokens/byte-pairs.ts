const NONE = -1;

/** Ranks of the tokens of a vocabulary. */
export interface Ranks {
  /** By their bytes, each of which is a character below 256. */
  readonly all: ReadonlyMap<string, number>;
  /** Of those with two bytes, which are looked up most: `first * 256 + second`. */
  readonly pairs: Int32Array;
}

/** Tokens in the order of their ranks, as text, or as bytes where they are half a character. */
export function readRanks(tokens: readonly (string | readonly number[] | undefined)[]): Ranks {
  const all = new Map<string, number>();
  const pairs = new Int32Array(256 * 256).fill(NONE);
  tokens.forEach((token, rank) => {
    if (token === undefined) return;
    const bytes = typeof token === 'string' ? bytesOf(token) : String.fromCharCode(...token);
    all.set(bytes, rank);
    if (bytes.length === 2) pairs[bytes.charCodeAt(0) * 256 + bytes.charCodeAt(1)] = rank;
  });
  return { all, pairs };
}

/** UTF-8, one byte to a character. */
export const bytesOf = (text: string): string =>
  Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString('latin1');

/**
 * How many tokens are left of some bytes when the two neighbours whose merger has the lowest rank are merged, the first of equal
 * ones, for as long as there are any. With a heap, as the usual scan for the lowest rank is quadratic: 16,000 Chinese characters
 * without a mark between them would block for 0.7 s.
 */
export function countMerged(bytes: string, { all, pairs }: Ranks): number {
  const end = bytes.length;
  /** Where the part after the one that begins here begins, and the one before it. */
  const next = new Int32Array(end);
  const previous = new Int32Array(end);
  /** Rank of the merger of the part that begins here with the next one. */
  const rankAt = new Int32Array(end).fill(NONE);
  const heap: number[] = [];

  const offer = (at: number, rank: number): void => {
    rankAt[at] = rank;
    if (rank !== NONE) push(heap, rank * end + at);
  };
  const look = (at: number): void => {
    const second = next[at] ?? end;
    offer(at, second < end ? (all.get(bytes.slice(at, next[second])) ?? NONE) : NONE);
  };

  for (let index = 0; index < end; index++) {
    next[index] = index + 1;
    previous[index] = index - 1;
    if (index + 1 < end)
      offer(index, pairs[bytes.charCodeAt(index) * 256 + bytes.charCodeAt(index + 1)] ?? NONE);
  }
  let parts = end;
  for (let key = pop(heap); key !== undefined; key = pop(heap)) {
    const at = key % end;
    if (rankAt[at] !== (key - at) / end) continue; // one of the two has been merged meanwhile
    const second = next[at] ?? end;
    const third = next[second] ?? end;
    next[at] = third;
    if (third < end) previous[third] = at;
    rankAt[second] = NONE;
    parts--;
    look(at);
    const first = previous[at] ?? NONE;
    if (first !== NONE) look(first);
  }
  return parts;
}

function push(heap: number[], key: number): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] ?? 0;
    if (above <= key) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = key;
}

function pop(heap: number[]): number | undefined {
  const least = heap[0];
  const key = heap.pop();
  const size = heap.length;
  if (key === undefined || size === 0) return least;
  let at = 0;
  for (let child = 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child++;
    const below = heap[child] ?? 0;
    if (below >= key) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = key;
  return least;
}
