import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../base/clock.ts';

/**
 * Something of which one is under way at a time, so that attempts on a server that hangs do not pile up. It belongs to
 * nobody's call: what it opens lives on, and must not carry the context (trace, request) of whoever happened to need it.
 */
export interface SoleAttempt {
  isUnderWay(): boolean;
  /** The attempt under way, or a new one. */
  join(): Promise<void>;
}

/** An attempt that has come to nothing for `giveUpMs` stands no longer in the way of the next. */
export function soleAttempt(clock: Clock, giveUpMs: number, attempt: () => Promise<void>): SoleAttempt {
  let current: { readonly promise: Promise<void>; readonly since: number } | undefined;
  const inOwnContext = AsyncLocalStorage.snapshot();
  const isUnderWay = (): boolean => current !== undefined && clock.monotonic() - current.since < giveUpMs;
  const begin = (): Promise<void> => {
    const forget = (): void => {
      if (current === mine) current = undefined;
    };
    const mine = { promise: inOwnContext(started, attempt), since: clock.monotonic() };
    current = mine;
    mine.promise.then(forget, forget);
    return mine.promise;
  };
  return {
    isUnderWay,
    join: () => (current && isUnderWay() ? current.promise : begin()),
  };
}

/** An async function turns what a method throws into a rejection. */
const started = async (attempt: () => Promise<void>): Promise<void> => attempt();
