import type { VectorRows } from './vector-rows.ts';

/** Of more messages than this all are compared roughly, and the closest half of this number then exactly. */
const EXACT = 2048;
/** Dimensions of the rough comparison. */
const ROUGH = 128;

/**
 * How close each slot is to a question in meaning, by place: by how many standard deviations its cosine is above the mean of all.
 * Cosines of one embedding model lie between 0 and 0.3, those of another between 0.7 and 0.9: the deviation reads the same.
 * 0 where there is no vector.
 */
export function closeness(
  rows: VectorRows,
  question: Float32Array,
  slots: Int32Array,
): Float64Array | undefined {
  const compare = rows.comparer(question);
  if (!compare) return undefined;
  const places = placesWithVector(rows, slots);
  const isRough = places.length > EXACT && rows.dimensions > ROUGH;
  const cosines = new Float64Array(slots.length);
  const fillIn = (some: Int32Array, dimensions: number): void => {
    for (const place of some) cosines[place] = compare(slots[place] ?? 0, dimensions);
  };
  fillIn(places, isRough ? ROUGH : rows.dimensions);
  if (!isRough) return standardised(cosines, places, places);
  const floor = nthLargest(cosines, places, EXACT / 2);
  fillIn(
    places.filter((place) => (cosines[place] ?? 0) >= floor),
    rows.dimensions,
  );
  // Rough cosines spread wider than exact ones: those of evenly spread messages say how far.
  const every = Math.ceil(places.length / (EXACT / 4));
  const sample = places.filter((_, index) => index % every === 0);
  fillIn(sample, rows.dimensions);
  return standardised(cosines, places, sample);
}

function standardised(values: Float64Array, places: Int32Array, sample: Int32Array): Float64Array {
  const mean = sample.reduce((sum, place) => sum + (values[place] ?? 0), 0) / sample.length;
  const spread = sample.reduce((sum, place) => sum + ((values[place] ?? 0) - mean) ** 2, 0) / sample.length;
  // What differs by less than the rounding to bytes does not differ.
  const deviation = Math.max(Math.sqrt(spread), 1e-3);
  const scores = new Float64Array(values.length);
  for (const place of places) scores[place] = ((values[place] ?? 0) - mean) / deviation;
  return scores;
}

function placesWithVector(rows: VectorRows, slots: Int32Array): Int32Array {
  const places = new Int32Array(slots.length);
  let count = 0;
  for (let place = 0; place < slots.length; place++)
    if (rows.has(slots[place] ?? -1)) places[count++] = place;
  return places.subarray(0, count);
}

function nthLargest(values: Float64Array, places: Int32Array, nth: number): number {
  const sorted = new Float64Array(places.length);
  for (let index = 0; index < places.length; index++) sorted[index] = values[places[index] ?? 0] ?? 0;
  sorted.sort();
  return sorted[Math.max(0, sorted.length - nth)] ?? 0;
}
