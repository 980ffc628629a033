import { PerfError } from '../errors.ts';
import type { Clock } from '../base/clock.ts';
import type { Bus } from '../stores/bus.ts';
import type { CacheStore } from '../stores/cache-store.ts';
import type { LocalTier } from './local-tier.ts';

/** Takes answers away in the memory of this process, in the store, and in the memory of all other processes. */
export interface Invalidation {
  /**
   * Holds in this process at once, everywhere when it resolves.
   *
   * @throws PerfError `MASTRA_PERF_STORE` when the store is away. It is done as soon as the store is back; until then
   * other processes may give answers that they have in memory.
   */
  invalidate(names: readonly string[]): Promise<void>;
  /** The same for every answer. */
  clear(): Promise<void>;
  /** Tells other processes that their copies of this answer are old. */
  replaced(key: string): void;
  /** Whether the store has yet to be told that something of these names is gone. */
  owes(...names: ReadonlyArray<readonly string[]>): boolean;
  /** Hears from now on what other processes invalidate. */
  listen(): Promise<void>;
  /** Takes up what could not be done while the store was away, and drops what was invalidated meanwhile. */
  catchUp(): Promise<void>;
  /** Repeats nothing from now on. */
  end(): void;
}

/** Invalidations that are remembered while the store is away; beyond this, everything counts as invalidated. */
const MAX_OWED = 1000;
/** Entries that are asked about at a time when messages may have been missed. */
const CHUNK = 500;
/** After this long the store is told again of what it could not be told. */
const REPEAT_MS = 1000;
const TOPIC = 'cache';

export type Names = readonly string[] | 'all';

/** An invalidation that the store has not confirmed. */
interface Debt {
  readonly names: Names;
}

type Note = { readonly from: string } & (
  | { readonly names: readonly string[] }
  | { readonly all: true }
  | { readonly replaced: string }
);

/** What else in this process is kept in the same store: it is told of everything that is taken away there. */
export interface Follower {
  forget(names: Names): void;
  /** Messages may have been missed. Never rejects. */
  catchUp(): Promise<void>;
}

export interface InvalidationDeps {
  readonly local: LocalTier;
  readonly follower?: Follower | undefined;
  readonly clock: Clock;
  readonly store: Pick<CacheStore, 'invalidateTags' | 'clear' | 'areCurrent'>;
  readonly bus: Bus | undefined;
  /** Names this process on the bus. */
  readonly processId: string;
}

export function createInvalidation(deps: InvalidationDeps): Invalidation {
  const { local, follower, clock, store, bus, processId } = deps;
  const owed = new Set<Debt>();

  const forget = (names: Names): void => {
    if (names === 'all') local.clear();
    else local.mark(names);
    follower?.forget(names);
  };
  const spread = async (names: Names, settled: readonly Debt[]): Promise<void> => {
    if (names === 'all') await store.clear();
    else await store.invalidateTags(names);
    forget(names); // once more: what the store has read before may still be on its way here
    const note = names === 'all' ? { all: true } : { names };
    await tell(note);
    for (const debt of settled) owed.delete(debt);
  };
  const tell = async (note: Readonly<Record<string, unknown>>): Promise<void> => {
    await bus?.publish(TOPIC, JSON.stringify({ from: processId, ...note }));
  };
  const begin = async (names: Names): Promise<void> => {
    forget(names);
    const debt = { names };
    owed.add(debt); // until it is done: a read that comes first must not bring an old answer back
    try {
      await spread(names, [debt]);
    } catch (cause) {
      if (owed.size > MAX_OWED) {
        owed.clear();
        owed.add({ names: 'all' });
      }
      repeatLater();
      throw new PerfError(
        'MASTRA_PERF_STORE',
        'the store could not be told of an invalidation, so other processes may still give old answers; it is repeated as soon as the store is back',
        { cause },
      );
    }
  };
  let ended = false;
  let cancelRepeat: (() => void) | undefined;
  const repeatLater = (): void => {
    if (ended) return;
    cancelRepeat ??= clock.after(REPEAT_MS, () => {
      cancelRepeat = undefined;
      payDebts().catch(repeatLater); // the guard has told why
    });
  };
  const payDebts = async (): Promise<void> => {
    const debts = [...owed];
    if (debts.length === 0) return;
    const names = debts.some((debt) => debt.names === 'all')
      ? 'all'
      : [...new Set(debts.flatMap((debt) => debt.names))];
    await spread(names, debts);
  };

  const revalidate = async (): Promise<void> => {
    const entries = [...local.entries()];
    for (let at = 0; at < entries.length; at += CHUNK) {
      const chunk = entries.slice(at, at + CHUNK);
      // What was stored while the store was away carries no moment of it: nobody can tell whether it is still right.
      const known = chunk.flatMap(([key, { answer, storeStamp }]) =>
        storeStamp === undefined ? [] : [{ key, tags: answer.names, stamp: storeStamp }],
      );
      const current = await store.areCurrent(known).catch(() => []);
      const kept = new Set(known.filter((_, index) => current[index] === true).map(({ key }) => key));
      for (const [key] of chunk) if (!kept.has(key)) local.drop(key);
    }
  };

  const hear = (text: string): void => {
    const note = readNote(text);
    if (note?.from === processId) return;
    if (note && 'names' in note) forget(note.names);
    else if (note && 'replaced' in note) local.drop(note.replaced);
    else forget('all'); // or something that only a later version understands
  };

  const catchUp = async (): Promise<void> => {
    local.doubt();
    await payDebts().catch(repeatLater); // the guard has told why
    await Promise.all([revalidate(), follower?.catchUp()]);
  };
  return {
    invalidate: (names) => begin(names),
    clear: () => begin('all'),
    replaced: (key) => void tell({ replaced: key }).catch(() => undefined), // copies expire by themselves
    owes: (...names) =>
      [...owed].some(
        (debt) =>
          debt.names === 'all' || debt.names.some((name) => names.some((some) => some.includes(name))),
      ),
    async listen() {
      await bus?.subscribe(TOPIC, { message: hear, gap: () => void catchUp() });
      await catchUp(); // for what came before it
    },
    catchUp,
    end() {
      ended = true;
      cancelRepeat?.();
    },
  };
}

/** `undefined` for what is not one of our notes. */
function readNote(text: string): Note | undefined {
  let note: unknown;
  try {
    note = JSON.parse(text);
  } catch {
    return undefined; // the caller takes it for the worst that it could mean
  }
  if (typeof note !== 'object' || note === null || !('from' in note)) return undefined;
  if ('names' in note)
    return Array.isArray(note.names) && note.names.every((name) => typeof name === 'string')
      ? (note as Note)
      : undefined;
  if ('replaced' in note) return typeof note.replaced === 'string' ? (note as Note) : undefined;
  return 'all' in note ? (note as Note) : undefined;
}
