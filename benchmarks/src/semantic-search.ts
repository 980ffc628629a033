import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { memoryIndex, systemClock } from './inside-mastra-perf.ts';
import type { Table } from './table.ts';

const DIMENSIONS = 512;
const SIZES = [1000, 10_000, 100_000];
const SEARCHES = 300;
const WARM = 50;
const MOST_BYTES = 400;

/** What the search for a close question adds to a miss, in memory. */
export async function semanticSearch(): Promise<Table> {
  const rows: string[][] = [];
  const wrong: string[] = [];
  for (const size of SIZES) {
    const { p50, p95, longest, exact, recall, bytes } = await measured(size);
    rows.push([
      size.toLocaleString('en'),
      ...[p50, p95, longest, exact].map((ms) => ms.toFixed(2)),
      `${(100 * recall).toFixed(1)} %`,
      size >= 10_000 ? bytes.toFixed(0) : '–', // of a few the rest of the process is larger
    ]);
    if (recall < 0.99) wrong.push(`of ${size} questions the closest is found in ${recall * 100} % only`);
    if (bytes > MOST_BYTES)
      wrong.push(`a question takes ${bytes} bytes beside its vector, at most ${MOST_BYTES} are allowed`);
  }
  return {
    title: `Search for the closest of so many questions of one bucket, ${DIMENSIONS} dimensions`,
    columns: [
      'questions',
      'median ms',
      'p95 ms',
      'longest at a time, p95 ms',
      'all products, median ms',
      'closest found',
      'bytes beside the vector',
    ],
    rows,
    notes: [
      `${SEARCHES} searches after ${WARM} to warm up, one after the other, for questions at a cosine of about 0.75 of a stored one, among clustered random directions. "Longest at a time": between two turns of the event loop. "All products": the plain search, which also says what the closest one is.`,
    ],
    wrong,
  };
}

async function measured(size: number) {
  const random = randomOf(size);
  let [sliceFrom, longestSlice] = [0, 0];
  const ends = (): void => {
    longestSlice = Math.max(longestSlice, performance.now() - sliceFrom);
  };
  const index = memoryIndex({
    maxEntries: size,
    maxBytes: 1e12,
    clock: systemClock,
    async pause() {
      ends();
      await new Promise((resolve) => void setImmediate(resolve));
      sliceFrom = performance.now();
    },
  });
  const centers = Array.from({ length: 200 }, () =>
    Float32Array.from({ length: DIMENSIONS }, () => around(random)),
  );
  const before = memory();
  const all = new Float32Array(size * DIMENSIONS);
  for (let at = 0; at < size; at++) {
    const center = centers[Math.floor(random() * centers.length)] as Float32Array;
    const vector = unit(center.map((value) => value * 0.7 + around(random) * 0.8));
    all.set(vector, at * DIMENSIONS);
    await index.add('bucket', `what is the answer to question number ${at} of them?`, vector);
  }
  const bytes = (memory() - before - all.byteLength) / size - DIMENSIONS * 4;

  const times: number[] = [];
  const slices: number[] = [];
  const exact: number[] = [];
  const answers: { readonly asked: Float32Array; readonly text: string | undefined }[] = [];
  let found = 0;
  for (let round = 0; round < WARM + SEARCHES; round++) {
    const from = Math.floor(random() * size) * DIMENSIONS;
    const asked = unit(
      all
        .slice(from, from + DIMENSIONS)
        .map((value) => value + (around(random) * 0.9) / Math.sqrt(DIMENSIONS)),
    );
    longestSlice = 0;
    const begun = (sliceFrom = performance.now());
    const [first] = await index.search('bucket', asked, 8);
    ends();
    const took = performance.now() - begun;
    if (round < WARM) continue;
    times.push(took);
    slices.push(longestSlice);
    answers.push({ asked, text: first?.text });
  }
  // Not between the searches: it reads all vectors, and would leave nothing else in the caches of the processor.
  for (const { asked, text } of answers) {
    const exactFrom = performance.now();
    const closest = closestOf(all, asked);
    exact.push(performance.now() - exactFrom);
    if (text === `what is the answer to question number ${closest} of them?`) found++;
  }
  return {
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    longest: quantile(slices, 0.95),
    exact: quantile(exact, 0.5),
    recall: found / SEARCHES,
    bytes,
  };
}

function closestOf(all: Float32Array, asked: Float32Array): number {
  let [closest, most] = [-1, -Infinity];
  for (let from = 0, at = 0; from < all.length; from += DIMENSIONS, at++) {
    let sum = 0;
    for (let index = 0; index < DIMENSIONS; index++)
      sum += (all[from + index] as number) * (asked[index] as number);
    if (sum > most) [closest, most] = [at, sum];
  }
  return closest;
}

/** What is alive: garbage that lies about would be several times what is measured. */
function memory(): number {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  gc();
  gc(); // what the first one has only let go of
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;

function unit(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const length = Math.sqrt(squares);
  return vector.map((value) => value / length);
}

const around = (random: () => number): number =>
  (random() + random() + random() + random() - 2) * Math.sqrt(3);

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
