/* Stands in for a machine whose clock jumps: imported before anything else, so that nobody keeps the real `Date`. */

const RealDate = Date;
let shiftMs = 0;

class ShiftedDate extends RealDate {
  constructor(...given: readonly unknown[]) {
    if (given.length === 0) super(RealDate.now() + shiftMs);
    else super(...(given as [number]));
  }

  static override now(): number {
    return RealDate.now() + shiftMs;
  }
}
globalThis.Date = new Proxy(ShiftedDate, {
  apply: () => new ShiftedDate().toString(), // `Date()` without `new`
}) as unknown as DateConstructor;

/** From now on the clock of this process is so much ahead of, or behind, that of the others. */
export function shiftClock(ms: number): void {
  shiftMs = ms;
}
