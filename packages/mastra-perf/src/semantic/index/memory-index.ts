import type { Clock } from '../../base/clock.ts';
import { headScan, type HeadScan } from './head-scan.ts';
import { nearestRows } from './nearest-rows.ts';
import { createRows, type Rows } from './rows.ts';
import type { Candidate, SemanticIndex } from './semantic-index.ts';

export interface MemoryIndexOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Lets others have the event loop for a moment. */
  readonly pause: () => Promise<void>;
}

interface Bucket {
  readonly rows: Rows;
  /** By row. */
  readonly texts: string[];
  /** Rows by text, the oldest first. */
  readonly places: Map<string, number>;
  bytes: number;
}

/** What V8 takes for a text, its place in the list and in the map, rounded up. */
const TEXT_BYTES = 96;
/** And for a bucket. */
const BUCKET_BYTES = 600;

/**
 * Questions in the memory of this process. When there are too many, the oldest questions of the bucket go that was not used for longest.
 */
export function memoryIndex({ maxEntries, maxBytes, clock, pause }: MemoryIndexOptions): SemanticIndex {
  /** The least recently used first. */
  const buckets = new Map<string, Bucket>();
  let entries = 0;
  let bytes = 0;
  let scan: HeadScan['scan'] | undefined;

  const weigh = (bucket: Bucket, change: () => void): void => {
    const before = bucket.rows.bytes();
    change();
    const more = bucket.rows.bytes() - before;
    bucket.bytes += more;
    bytes += more;
  };
  const use = (name: string): Bucket | undefined => {
    const bucket = buckets.get(name);
    if (!bucket) return undefined;
    buckets.delete(name);
    buckets.set(name, bucket);
    return bucket;
  };
  const drop = (name: string, bucket: Bucket): void => {
    buckets.delete(name);
    entries -= bucket.texts.length;
    bytes -= bucket.bytes;
  };
  const removeFrom = (name: string, bucket: Bucket, text: string): void => {
    const row = bucket.places.get(text);
    if (row === undefined) return;
    if (bucket.texts.length === 1) return drop(name, bucket);
    const last = bucket.texts.pop() as string;
    if (last !== text) {
      bucket.texts[row] = last;
      bucket.places.set(last, row);
    }
    bucket.places.delete(text);
    weigh(bucket, () => bucket.rows.remove(row));
    const size = sizeOf(text);
    bucket.bytes -= size;
    bytes -= size;
    entries--;
  };
  const isOver = (): boolean => entries > maxEntries || bytes > maxBytes;
  const makeRoom = (): void => {
    while (isOver()) {
      const [oldest] = buckets;
      if (!oldest) return;
      const [name, bucket] = oldest;
      const [text] = bucket.places.keys();
      if (text === undefined) return drop(name, bucket);
      removeFrom(name, bucket, text);
    }
  };

  return {
    async add(name, text, vector) {
      let bucket = use(name);
      if (bucket && bucket.rows.dimensions !== vector.length) {
        drop(name, bucket); // the embedding model answers otherwise from now on: what it said before is never close again
        bucket = undefined;
      }
      if (!bucket) {
        bucket = { rows: createRows(vector.length), texts: [], places: new Map(), bytes: BUCKET_BYTES };
        buckets.set(name, bucket);
        bytes += BUCKET_BYTES;
      }
      const { rows, texts, places } = bucket;
      const known = places.get(text);
      if (known !== undefined) {
        rows.set(known, vector);
        places.delete(text);
        places.set(text, known);
        return;
      }
      weigh(bucket, () => rows.push(vector));
      places.set(text, texts.length);
      texts.push(text);
      bucket.bytes += sizeOf(text);
      bytes += sizeOf(text);
      entries++;
      makeRoom();
    },
    async search(name, vector, count) {
      const bucket = use(name);
      if (!bucket) return [];
      if (bucket.rows.dimensions !== vector.length)
        throw new RangeError(
          `a vector of ${vector.length} numbers cannot be compared with those of ${bucket.rows.dimensions}`,
        );
      scan ??= headScan().scan;
      const near = await nearestRows(bucket.rows, vector, count, { clock, pause, scan });
      return near.flatMap(({ row, similarity }): Candidate[] => {
        const text = bucket.texts[row];
        return text === undefined ? [] : [{ text, similarity }];
      });
    },
    async remove(name, text) {
      const bucket = buckets.get(name);
      if (bucket) removeFrom(name, bucket, text);
    },
    size: () => ({ entries, bytes }),
    clear() {
      buckets.clear();
      entries = 0;
      bytes = 0;
    },
  };
}

const sizeOf = (text: string): number => TEXT_BYTES + text.length * 2;
