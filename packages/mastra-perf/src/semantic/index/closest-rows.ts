/** Keeps the rows that are least far away, of those that are equally far the ones that came first. */
export interface ClosestRows {
  /** What is farther away than this need not be added. */
  limit(): number;
  add(row: number, distance: number): void;
  /** At most as many as are wanted, in the order in which they came. */
  rows(): Int32Array;
}

/** Distances are whole numbers up to `most`. */
export function closestRows(wanted: number, most: number): ClosestRows {
  const rows = new Int32Array(2 * wanted);
  const distances = new Int32Array(2 * wanted);
  const counts = new Int32Array(most + 1);
  let count = 0;
  let limit = most;

  /** To find out what may go takes one look at each, so it waits until as many may go as stay. */
  const shrink = (): void => {
    counts.fill(0);
    for (let at = 0; at < count; at++) {
      const distance = distances[at] as number;
      counts[distance] = (counts[distance] as number) + 1;
    }
    let last = 0;
    let nearer = 0;
    for (; nearer + (counts[last] as number) < wanted; last++) nearer += counts[last] as number;
    let room = wanted - nearer;
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const distance = distances[at] as number;
      if (distance > last || (distance === last && room-- <= 0)) continue;
      rows[kept] = rows[at] as number;
      distances[kept++] = distance;
    }
    count = kept;
    limit = last - 1;
  };

  return {
    limit: () => limit,
    add(row, distance) {
      if (distance > limit) return;
      rows[count] = row;
      distances[count++] = distance;
      if (count === rows.length) shrink();
    },
    rows() {
      if (count > wanted) shrink();
      return rows.subarray(0, count);
    },
  };
}
