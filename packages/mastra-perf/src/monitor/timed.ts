import type { Clock } from '../base/clock.ts';

/** Runs something and tells how long it took, until its promise is settled where it returns one. */
export interface Timed {
  <T>(clock: Pick<Clock, 'monotonic'>, work: () => PromiseLike<T>, tell: Tell): Promise<T>;
  <T>(clock: Pick<Clock, 'monotonic'>, work: () => T, tell: Tell): T;
}
type Tell = (ms: number, isOk: boolean) => void;

export const timed: Timed = (clock: Pick<Clock, 'monotonic'>, work: () => unknown, tell: Tell): never => {
  const begun = clock.monotonic();
  const ended = (isOk: boolean): void => tell(clock.monotonic() - begun, isOk);
  let result: unknown;
  try {
    result = work();
  } catch (error) {
    ended(false);
    throw error;
  }
  if (!isThenable(result)) {
    ended(true);
    return result as never;
  }
  // What was returned must not be awaited twice: a query of a query builder would run twice.
  const settled = result.then(
    (value) => {
      ended(true);
      return value;
    },
    (error: unknown) => {
      ended(false);
      throw error;
    },
  );
  return settled as never;
};

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
