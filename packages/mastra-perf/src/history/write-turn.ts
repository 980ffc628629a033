import type { Clock } from '../base/clock.ts';

/** Does the work once, when what is ready to run now has run, however often it is asked for until then. */
export function oncePerTurn(clock: Clock, work: () => void): () => void {
  let isPlanned = false;
  return () => {
    if (isPlanned) return;
    isPlanned = true;
    void clock.settled().then(() => {
      isPlanned = false;
      work();
    });
  };
}
