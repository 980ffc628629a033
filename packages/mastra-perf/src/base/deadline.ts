import type { Clock } from './clock.ts';

/** Nothing came within the time that was given. */
export class DeadlineExceeded extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = 'DeadlineExceeded';
  }
}

/**
 * Does the work and settles as it does, or rejects with {@link DeadlineExceeded} after `ms`: the work goes on, and what it
 * comes to is told to nobody but `onLate`, which must not throw. Work that throws or answers at once counts as a promise
 * that does. Leaves no timer behind.
 */
export function withDeadline<T>(
  clock: Clock,
  ms: number,
  work: () => T | PromiseLike<T>,
  onLate?: (value: T) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let late = false;
    const cancel = clock.after(ms, () => {
      late = true;
      reject(new DeadlineExceeded(ms));
    });
    promised(work).then(
      (value) => {
        if (late) return onLate?.(value);
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error); // too late, this does nothing, and the error counts as handled
      },
    );
  });
}

function promised<T>(work: () => T | PromiseLike<T>): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(error);
  }
}
