import type { Stats } from './metrics-types.ts';

/*
 * A DDSketch (Masson, Rim and Lee, VLDB 2019): values are counted in buckets that grow by a constant factor, so that every percentile
 * is told with the same relative error, and two sketches are merged by adding their counts.
 */

/** Each bucket is 2 % wider than the one before: what is told from its middle is (1.02 - 1) / (1.02 + 1) = 0.99 % off at most. */
const GROWTH = 1.02;
const LOG_GROWTH = Math.log(GROWTH);
const MIDDLE = 2 / (GROWTH + 1);

/** From a tenth of a microsecond to eleven days, in milliseconds; what is outside counts as the end that it is nearest to. */
const [LOWEST, HIGHEST] = [1e-4, 1e9];

/** In which bucket a value is counted. */
export const bucketOf = (value: number): number =>
  Math.ceil(Math.log(value < LOWEST ? LOWEST : value > HIGHEST ? HIGHEST : value) / LOG_GROWTH);
const middleOf = (bucket: number): number => MIDDLE * GROWTH ** bucket;

/** The first and the last bucket that there can be. */
export const BUCKETS = [bucketOf(LOWEST), bucketOf(HIGHEST)] as const;

/** Buckets are added so many at a time. */
const STEP = 16;
/** An array of no buckets, and the sketch itself. */
const EMPTY_BYTES = 200;
const MAX_COUNT = 0xffff_ffff;
const NONE = new Uint32Array(0);

/** Counts of values; takes 4 bytes for each 2 % between the smallest and the largest one, at most 6 kB. */
export class Sketch {
  count = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;
  /** Bucket of the first count. */
  #first = 0;
  #counts: Uint32Array = NONE;

  /** In memory, about. */
  get bytes(): number {
    return EMPTY_BYTES + this.#counts.byteLength;
  }

  /** Must be a finite number. Who counts it in several sketches finds its bucket once. Returns by how many bytes it has grown. */
  add(value: number, bucket: number = bucketOf(value)): number {
    this.count++;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    const at = bucket - this.#first;
    const before = this.#counts[at];
    if (before === undefined) return this.addTo(bucket, 1);
    if (before < MAX_COUNT) this.#counts[at] = before + 1;
    return 0;
  }

  /** Adds what another one has counted. */
  merge(other: Sketch): void {
    if (other.count === 0) return;
    this.count += other.count;
    this.sum += other.sum;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    other.forEach((bucket, count) => this.addTo(bucket, count));
  }

  /** Counts alone, as they come from elsewhere: whoever does this sets the other fields. Returns by how many bytes it has grown. */
  addTo(bucket: number, count: number): number {
    const before = this.#counts.byteLength;
    this.#makeRoomFor(bucket);
    const at = bucket - this.#first;
    this.#counts[at] = Math.min(MAX_COUNT, (this.#counts[at] ?? 0) + count);
    return this.#counts.byteLength - before;
  }

  /** Buckets that have counts, in order. */
  forEach(see: (bucket: number, count: number) => void): void {
    for (let at = 0; at < this.#counts.length; at++) {
      const count = this.#counts[at] ?? 0;
      if (count > 0) see(this.#first + at, count);
    }
  }

  /** How many values are at most as large as each of these, which are in order; 2 % above still counts as equal. */
  cumulative(bounds: readonly number[]): number[] {
    const last = bounds.map(bucketOf);
    const counts = bounds.map(() => 0);
    let seen = 0;
    let at = 0;
    this.forEach((bucket, count) => {
      while (at < last.length && bucket > (last[at] ?? Infinity)) counts[at++] = seen;
      seen += count;
    });
    return counts.fill(seen, at);
  }

  /** `undefined` when nothing was counted. */
  stats(): Stats | undefined {
    if (this.count === 0) return undefined;
    const [p50, p90, p95, p99] = this.#quantiles([0.5, 0.9, 0.95, 0.99]) as [number, number, number, number];
    const { count, sum, min, max } = this;
    return { count, avg: sum / count, min, max, p50, p90, p95, p99 };
  }

  /** Values of the ranks that are asked for, from 0 to 1 and in order. */
  #quantiles(asked: readonly number[]): number[] {
    const told: number[] = [];
    let seen = 0;
    this.forEach((bucket, count) => {
      seen += count;
      const value = Math.min(this.max, Math.max(this.min, middleOf(bucket)));
      while (told.length < asked.length && seen > (asked[told.length] ?? 1) * (this.count - 1))
        told.push(value);
    });
    while (told.length < asked.length) told.push(this.max);
    return told;
  }

  #makeRoomFor(bucket: number): void {
    const { length } = this.#counts;
    if (this.#counts[bucket - this.#first] !== undefined) return;
    const from = length === 0 ? bucket : Math.min(this.#first, bucket);
    const to = length === 0 ? bucket : Math.max(this.#first + length - 1, bucket);
    const first = Math.floor(from / STEP) * STEP;
    const counts = new Uint32Array(Math.ceil((to + 1 - first) / STEP) * STEP);
    if (length > 0) counts.set(this.#counts, this.#first - first);
    this.#first = first;
    this.#counts = counts;
  }
}
