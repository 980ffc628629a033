import type { Clock } from '../base/clock.ts';
import type { DashboardData, DashboardQuery } from './dashboard-data.ts';

/** Less than lies between two ticks, so that the second of them finds what was built after the change. */
const KEPT_MS = 900;
const MAX_KEPT = 16;
const MAX_BUILDING = 2;
const MAX_WAITING = 32;

/** Written once for all who ask. */
type JsonBytes = Uint8Array<ArrayBuffer>;

/**
 * Builds each view once a second, however many pages ask for it, and two at a time, however many views there are. Answers `undefined`
 * when too many wait.
 */
export function dataCache(
  { monotonic }: Pick<Clock, 'monotonic'>,
  build: (query: DashboardQuery) => Promise<DashboardData>,
): (query: DashboardQuery) => Promise<JsonBytes> | undefined {
  const encoder = new TextEncoder();
  const kept = new Map<string, { readonly bytes: Promise<JsonBytes>; doneAt: number }>();
  const waiting: Array<() => void> = [];
  let building = 0;

  const inTurn = async (query: DashboardQuery): Promise<JsonBytes> => {
    if (building >= MAX_BUILDING) await new Promise<void>((resolve) => waiting.push(resolve));
    else building++;
    try {
      return encoder.encode(JSON.stringify(await build(query)));
    } finally {
      const next = waiting.shift();
      if (next) next();
      else building--;
    }
  };

  return (query) => {
    const id = JSON.stringify([query.range, query.agent, query.model]);
    const found = kept.get(id);
    if (found && monotonic() - found.doneAt < KEPT_MS) return found.bytes;
    if (waiting.length >= MAX_WAITING) return undefined;
    const entry = { bytes: inTurn(query), doneAt: Infinity };
    const forget = (): void => void (kept.get(id) === entry && kept.delete(id));
    entry.bytes.then(() => (entry.doneAt = monotonic()), forget);
    kept.delete(id);
    kept.set(id, entry);
    for (const [oldest, { doneAt }] of kept) {
      if (kept.size <= MAX_KEPT) break;
      if (doneAt < Infinity) kept.delete(oldest);
    }
    return entry.bytes;
  };
}
