/** A question that was answered and stored, close to the one that is asked. */
export interface Candidate {
  readonly text: string;
  /** Cosine of the angle between their vectors. */
  readonly similarity: number;
}

/**
 * Questions by meaning, apart by bucket: all that is the same about two calls but the text of their question. No answer is in it, and
 * nothing that it says is trusted beyond the text: where the answer is stored is worked out anew by whoever asks.
 */
export interface SemanticIndex {
  /** Keeps a question; again, it is as new as the first time. */
  add(bucket: string, text: string, vector: Float32Array): Promise<void>;
  /**
   * The closest ones, closest first.
   *
   * @throws RangeError for a vector of another length than those of the bucket.
   */
  search(bucket: string, vector: Float32Array, count: number): Promise<readonly Candidate[]>;
  remove(bucket: string, text: string): Promise<void>;
  /** In the memory of this process. */
  size(): { readonly entries: number; readonly bytes: number };
  clear(): void;
}
