import { HEAD_WORDS, signatureOf, signatureWords } from './signatures.ts';

/** Rows of a block. Arrays that grow to twice their size would leave half of the memory unused. */
export const BLOCK_ROWS = 1024;
const FIRST_ROWS = 8;

export interface Block {
  readonly vectors: Float32Array;
  /** The first words of each signature, side by side: all of them are looked at in every search. */
  readonly heads: Int32Array;
  readonly tails: Int32Array;
}

/** Unit vectors of one length and their signatures, in blocks, numbered without gaps. */
export interface Rows {
  readonly dimensions: number;
  readonly blocks: readonly Block[];
  count(): number;
  push(vector: Float32Array): void;
  set(row: number, vector: Float32Array): void;
  /** Takes a row away and puts the last one in its place. */
  remove(row: number): void;
  /** Memory that they take, with what is free in the last block. */
  bytes(): number;
}

export function createRows(dimensions: number): Rows {
  const tailWords = signatureWords(dimensions) - HEAD_WORDS;
  const blocks: Block[] = [];
  let capacity = 0;
  let count = 0;

  const blockOf = (rows: number): Block => ({
    vectors: new Float32Array(rows * dimensions),
    heads: new Int32Array(rows * HEAD_WORDS),
    tails: new Int32Array(rows * tailWords),
  });
  /** The first block grows, since most buckets stay small. */
  const grow = (): void => {
    if (capacity >= BLOCK_ROWS) {
      blocks.push(blockOf(BLOCK_ROWS));
      capacity += BLOCK_ROWS;
      return;
    }
    const [first] = blocks;
    capacity = Math.max(FIRST_ROWS, capacity * 2);
    const larger = blockOf(capacity);
    if (first) {
      larger.vectors.set(first.vectors);
      larger.heads.set(first.heads);
      larger.tails.set(first.tails);
    }
    blocks[0] = larger;
  };
  const write = (row: number, vector: Float32Array): void => {
    const block = blocks[Math.floor(row / BLOCK_ROWS)];
    const place = row % BLOCK_ROWS;
    const signature = signatureOf(vector);
    block?.vectors.set(vector, place * dimensions);
    block?.heads.set(signature.subarray(0, HEAD_WORDS), place * HEAD_WORDS);
    block?.tails.set(signature.subarray(HEAD_WORDS), place * tailWords);
  };
  const vectorAt = (row: number): Float32Array => {
    const place = row % BLOCK_ROWS;
    const { vectors } = blocks[Math.floor(row / BLOCK_ROWS)] as Block;
    return vectors.subarray(place * dimensions, (place + 1) * dimensions);
  };

  return {
    dimensions,
    blocks,
    count: () => count,
    push(vector) {
      if (count === capacity) grow();
      write(count++, vector);
    },
    set: write,
    remove(row) {
      count--;
      if (row !== count) write(row, vectorAt(count));
      if (capacity - count < 2 * BLOCK_ROWS || capacity <= BLOCK_ROWS) return;
      blocks.pop();
      capacity -= BLOCK_ROWS;
    },
    bytes: () => capacity * (dimensions * 4 + (HEAD_WORDS + tailWords) * 4),
  };
}
