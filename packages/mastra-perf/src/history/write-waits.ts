import { PerfError } from '../errors.ts';
import type { Lane, Wait } from './write-lane.ts';

/** Those who wait until something is written. */
export interface Waits<M> {
  /**
   * Until all that is in the lane now is written or lost. Rejects when an attempt fails that began after this, and when the
   * signal aborts. `patience: 'store'`: also when any other attempt fails while the store is away.
   */
  until(lane: Lane<M>, patience: 'lane' | 'store', signal?: AbortSignal): Promise<void>;
  /** Something has left the lane. */
  advanced(lane: Lane<M>): void;
  /** An attempt failed that held only this lane. */
  failed(lane: Lane<M>, attempt: number, error: unknown): void;
  /** An attempt failed, and the store is away. */
  away(attempt: number, error: unknown): void;
  /** Whether anybody waits: then attempts are made whatever the pace. */
  any(): boolean;
}

export function createWaits<M>(begunAttempts: () => number): Waits<M> {
  const ofStore = new Set<Wait>();
  let count = 0;

  const refuse = (wait: Wait, attempt: number, error: unknown): void => {
    if (wait.since < attempt) wait.reject(notWritten(error));
  };

  return {
    until(lane, patience, signal) {
      const last = lane.items.at(-1);
      if (!last) return Promise.resolve();
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const leave = (): void => {
        if (!lane.waits.delete(wait)) return;
        count--;
        ofStore.delete(wait);
        signal?.removeEventListener('abort', onAbort);
      };
      const wait: Wait = {
        until: last.seq,
        since: begunAttempts(),
        resolve() {
          leave();
          resolve();
        },
        reject(error) {
          leave();
          reject(error);
        },
      };
      const onAbort = (): void => wait.reject(signal?.reason);
      signal?.addEventListener('abort', onAbort);
      lane.waits.add(wait);
      if (patience === 'store') ofStore.add(wait);
      count++;
      return promise;
    },
    advanced(lane) {
      const next = lane.items[0]?.seq ?? Infinity;
      for (const wait of lane.waits) if (wait.until < next) wait.resolve();
    },
    failed(lane, attempt, error) {
      for (const wait of lane.waits) refuse(wait, attempt, error);
    },
    away(attempt, error) {
      for (const wait of ofStore) refuse(wait, attempt, error);
    },
    any: () => count > 0,
  };
}

const notWritten = (cause: unknown): PerfError =>
  new PerfError(
    'MASTRA_PERF_STORE',
    `messages that were accepted could not be written yet, they are kept and tried again: ${String(cause)}`,
    { cause },
  );
