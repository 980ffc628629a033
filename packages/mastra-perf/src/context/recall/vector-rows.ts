const LARGEST = 127;

/** Vectors by slot, in a byte for each dimension: a quarter of the memory, and twice as fast to compare. */
export interface VectorRows {
  /** 0 as long as there are no vectors. */
  readonly dimensions: number;
  /** Whether it is kept: one of another length than the others, or without a direction, is not. */
  set(slot: number, vector: Float32Array): boolean;
  has(slot: number): boolean;
  delete(slot: number): void;
  /**
   * How to compare with a question: the cosine of the angle to the vector of a slot that has one, over the first so many
   * dimensions. `undefined` when the question cannot be compared.
   */
  comparer(question: Float32Array): ((slot: number, first: number) => number) | undefined;
}

export function createVectorRows(): VectorRows {
  let dimensions = 0;
  let rows = new Int8Array(SPARE);
  /** 0 where there is no vector. */
  let norms = new Float64Array(0);
  let count = 0;

  function grow(slot: number): void {
    if (slot < norms.length) return;
    const capacity = Math.max(64, 2 ** Math.ceil(Math.log2(slot + 1)));
    rows = copied(rows, new Int8Array(capacity * dimensions + SPARE));
    norms = copied(norms, new Float64Array(capacity));
  }

  return {
    get dimensions() {
      return count > 0 ? dimensions : 0;
    },

    set(slot, vector) {
      const bytes = inBytes(vector);
      if (!bytes || (count > 0 && vector.length !== dimensions)) return false;
      if (vector.length !== dimensions) {
        dimensions = vector.length;
        rows = new Int8Array(norms.length * dimensions + SPARE);
      }
      grow(slot);
      if (!norms[slot]) count++;
      rows.set(bytes.values, slot * dimensions);
      norms[slot] = bytes.norm;
      return true;
    },

    has: (slot) => (norms[slot] ?? 0) > 0,

    delete(slot) {
      if (!norms[slot]) return;
      norms[slot] = 0;
      count--;
    },

    comparer(question) {
      const bytes = inBytes(question);
      if (!bytes || count === 0 || question.length !== dimensions) return undefined;
      // Sums of 32-bit integers are twice as fast as those of floats, and four side by side do not wait for each other.
      const asked = new Int32Array(4 * Math.ceil(dimensions / 4));
      asked.set(bytes.values);
      const [all, lengths, width, length] = [rows, norms, dimensions, bytes.norm];
      return (slot, first) => {
        const end = Math.min(first, width);
        let [a, b, c, d] = [0, 0, 0, 0];
        for (let index = 0, at = slot * width; index < end; index += 4, at += 4) {
          a = (a + Math.imul(all[at] as number, asked[index] as number)) | 0;
          b = (b + Math.imul(all[at + 1] as number, asked[index + 1] as number)) | 0;
          c = (c + Math.imul(all[at + 2] as number, asked[index + 2] as number)) | 0;
          d = (d + Math.imul(all[at + 3] as number, asked[index + 3] as number)) | 0;
        }
        return ((a + b + c + d) * (width / end)) / ((lengths[slot] ?? 1) * length);
      };
    },
  };
}

function inBytes(vector: Float32Array): { readonly values: Int8Array; readonly norm: number } | undefined {
  let largest = 0;
  for (let index = 0; index < vector.length; index++) {
    const size = Math.abs(vector[index] ?? 0);
    if (!Number.isFinite(size)) return undefined;
    if (size > largest) largest = size;
  }
  if (largest === 0) return undefined;
  const values = new Int8Array(vector.length);
  let squares = 0;
  for (let index = 0; index < vector.length; index++) {
    const value = Math.round(((vector[index] ?? 0) / largest) * LARGEST);
    values[index] = value;
    squares += value * value;
  }
  return { values, norm: Math.sqrt(squares) };
}

/** Rows are read four bytes at a time: the last one may be read over its end. */
const SPARE = 3;

function copied<T extends Int8Array | Float64Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
