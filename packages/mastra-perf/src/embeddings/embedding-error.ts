import { PerfError } from '../errors.ts';

/**
 * One of several texts could not be embedded. The others of the same call may have been: they are not asked for again when they are
 * asked for without it.
 */
export class EmbeddingError extends PerfError {
  /** Which of the texts of the call, from 0. */
  readonly index: number;

  constructor(index: number, texts: number, problem: string, options?: { cause?: unknown }) {
    super('MASTRA_PERF_EMBEDDING', `text ${index} of ${texts}: ${problem}`, options);
    this.name = 'EmbeddingError';
    this.index = index;
  }
}
