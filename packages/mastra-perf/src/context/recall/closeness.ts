import { MOST_BITS } from './sign-bits.ts';
import type { Comparer, VectorRows } from './vector-rows.ts';

/** Of more messages than this only the closest are compared exactly. */
const EXACT = 2048;
/** So many: more than twice what 8,000 tokens hold. */
const CLOSEST = 512;
/** Evenly spread messages that stand for all. */
const SAMPLE = 256;

/**
 * How close each slot is to a question in meaning, by place: by how many standard deviations its cosine is above the mean of all.
 * Cosines of one embedding model lie between 0 and 0.3, those of another between 0.7 and 0.9: the deviation reads the same.
 * 0, the mean, where there is no vector; and in a long thread for all but the closest.
 *
 * Loops count their places by hand: for 10,000 messages this takes half the time of the methods of arrays.
 */
export function closeness(
  rows: VectorRows,
  question: Float32Array,
  slots: Int32Array,
): Float64Array | undefined {
  const compare = rows.comparer(question);
  if (!compare) return undefined;
  const places = placesWithVector(rows, slots);
  const isLong = places.length > EXACT;
  const close = isLong ? closest(compare, slots, places) : places;
  const every = isLong ? Math.ceil(places.length / SAMPLE) : 1;
  const sample = isLong ? those(places, (index) => index % every === 0) : places;
  const cosines = new Float64Array(slots.length);
  for (const some of new Set([sample, close]))
    for (let index = 0; index < some.length; index++) {
      const place = some[index] ?? 0;
      cosines[place] = compare.cosine(slots[place] ?? 0);
    }
  const { mean, deviation } = spread(cosines, sample);
  const scores = new Float64Array(slots.length);
  for (let index = 0; index < close.length; index++) {
    const place = close[index] ?? 0;
    scores[place] = ((cosines[place] ?? 0) - mean) / deviation;
  }
  return scores;
}

function placesWithVector(rows: VectorRows, slots: Int32Array): Int32Array {
  const places = new Int32Array(slots.length);
  let count = 0;
  for (let place = 0; place < slots.length; place++)
    if (rows.has(slots[place] as number)) places[count++] = place;
  return places.subarray(0, count);
}

function those(places: Int32Array, isOne: (index: number) => boolean): Int32Array {
  const found = new Int32Array(places.length);
  let count = 0;
  for (let index = 0; index < places.length; index++) if (isOne(index)) found[count++] = places[index] ?? 0;
  return found.subarray(0, count);
}

function spread(values: Float64Array, places: Int32Array): { mean: number; deviation: number } {
  let sum = 0;
  let squares = 0;
  for (let index = 0; index < places.length; index++) {
    const value = values[places[index] ?? 0] ?? 0;
    sum += value;
    squares += value * value;
  }
  const count = Math.max(1, places.length);
  const mean = sum / count;
  const variance = Math.max(0, squares / count - mean * mean);
  // What differs by less than the rounding to bytes does not differ.
  return { mean, deviation: Math.max(Math.sqrt(variance), 1e-3) };
}

/** The places whose signs differ least: `CLOSEST`, and those that differ no more than the last of them. */
function closest(compare: Comparer, slots: Int32Array, places: Int32Array): Int32Array {
  const differing = new Int32Array(places.length);
  const counts = new Int32Array(MOST_BITS + 1);
  for (let index = 0; index < places.length; index++) {
    const bits = compare.differing(slots[places[index] ?? 0] ?? 0);
    differing[index] = bits;
    counts[bits] = (counts[bits] ?? 0) + 1;
  }
  let limit = 0;
  for (let reached = counts[0] ?? 0; reached < CLOSEST;) reached += counts[++limit] ?? 0;
  return those(places, (index) => (differing[index] ?? 0) <= limit);
}
