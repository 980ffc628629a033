/**
 * Runs `then` in `ms` milliseconds, and after what has arrived until then was seen: a process that was busy for long finds
 * replies and timers due at once. Returns the cancel. Keeps no process alive.
 */
export type After = (ms: number, then: () => void) => () => void;

export const systemAfter: After = (ms, then) => {
  let turn: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => (turn = setImmediate(then)), ms).unref();
  return () => {
    clearTimeout(timer);
    clearImmediate(turn);
  };
};
