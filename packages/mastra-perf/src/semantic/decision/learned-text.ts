import { STEPS } from './evidence.ts';
import type { Learned } from './decision.ts';

/** Changes whenever scores mean something else than before: what was learned of them is then not used. */
const VERSION = 1;
const MAX_FLOORS = 1000;

/** A few kilobytes, and nothing of any question or answer in them. */
export const writeLearned = ({ right, wrong, floors }: Learned): string =>
  JSON.stringify({ version: VERSION, right: right.map(rounded), wrong: wrong.map(rounded), floors });

const rounded = (count: number): number => Math.round(count * 1000) / 1000;

/** `undefined` for what another version wrote, or nobody. */
export function readLearned(text: string): Learned | undefined {
  let given: Record<string, unknown> | null;
  try {
    given = JSON.parse(text) as typeof given;
  } catch {
    return undefined; // then it begins anew, and gives no answers until it has learned
  }
  if (typeof given !== 'object' || given === null || given.version !== VERSION) return undefined;
  const { right, wrong, floors } = given;
  if (!areCounts(right) || !areCounts(wrong) || !areFloors(floors)) return undefined;
  return { right, wrong, floors };
}

const areCounts = (counts: unknown): counts is number[] =>
  Array.isArray(counts) &&
  counts.length === STEPS &&
  counts.every((count) => Number.isFinite(count) && count >= 0);

const areFloors = (floors: unknown): floors is [string, number][] =>
  Array.isArray(floors) &&
  floors.length <= MAX_FLOORS &&
  floors.every((floor) => Array.isArray(floor) && typeof floor[0] === 'string' && Number.isFinite(floor[1]));
