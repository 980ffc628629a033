import type { Unit } from './units.ts';

/** The units with so many of the last ones fixed, if all that is fixed then fits; else as they are. */
export function keepingLast(units: readonly Unit[], count: number, room: number): readonly Unit[] {
  const first = units.length - count;
  const kept = units.map((unit, place) => (place >= first ? { ...unit, fixed: true } : unit));
  const tokens = kept.reduce((sum, unit) => sum + (unit.fixed ? unit.tokens : 0), 0);
  return tokens <= room ? kept : units;
}
