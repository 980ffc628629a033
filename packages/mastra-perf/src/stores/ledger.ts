/**
 * How fine sums are kept, and for how many days at least. Intervals begin at whole minutes, hours, days and months of UTC.
 */
export const LEDGER_RETENTION_DAYS = { minute: 1, hour: 35, day: 400, month: 3650 } as const;

/** How long at least an id is known again, in milliseconds: what is repeated later than that may count twice. */
export const LEDGER_REPEAT_MS = 3_600_000;

export type LedgerInterval = keyof typeof LEDGER_RETENTION_DAYS;

/** What one model call, or one answer without one, used. */
export interface LedgerEntry {
  /** Counts once, however often it is sent: of a run and a step. */
  readonly id: string;
  /** Milliseconds since the epoch. The same each time the entry is sent. */
  readonly at: number;
  /** Whose it is: agent, model, resource, user and free labels. */
  readonly group: Readonly<Record<string, string>>;
  /** What was counted; dollars as `nanoUsd`. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface LedgerQuery {
  /** Names of `group` that make a row; none for one row. */
  readonly by: readonly string[];
  /** Milliseconds since the epoch. The interval in which it lies is counted whole, the finest that is kept of that time. */
  readonly from: number;
  /**
   * Milliseconds since the epoch. Minutes that begin then or later are not counted; where minutes are not kept any more, the
   * same with the finest intervals of which all are kept that the next coarser one has.
   */
  readonly to: number;
  /** A row for each interval of this length. Without it, one for the whole time. */
  readonly interval?: LedgerInterval;
  /** Only entries whose group has all of these values, whether or not `by` names them. Others are not sent to who asks. */
  readonly where?: Readonly<Record<string, string>>;
}

export interface LedgerRow {
  /** Those names of `by` that the entries have. */
  readonly group: Readonly<Record<string, string>>;
  /** Begin of the interval; only where one was asked for. */
  readonly start?: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** One limit that a call must keep: a counter, or the sum of several where the window rolls. */
export interface BudgetClaim {
  /** The counter that this call goes to. Claims of one reservation on the same counter add up. */
  readonly counter: string;
  /** Other counters that count towards the limit; none of a window that begins at a fixed time. */
  readonly also?: readonly string[];
  /** In whole units: nano-dollars, tokens or calls. */
  readonly limit: number;
  /** What is held until the call is settled. */
  readonly amount: number;
  /**
   * Milliseconds since the epoch after which nobody asks for the counter any more: it is forgotten, with what is held. The
   * latest time that was given for a counter holds.
   */
  readonly expiresAt: number;
}

export interface BudgetState {
  readonly spent: number;
  /** By calls that are under way. */
  readonly held: number;
}

/** `states` are those of the claims, after what was held if it was; each the sum of all counters of the claim. */
export type BudgetAnswer =
  | { readonly granted: true; readonly states: readonly BudgetState[] }
  /** `refused` is the place of the first claim that did not fit; `'over'` of an id that is settled or released. */
  | { readonly granted: false; readonly refused: number | 'over'; readonly states: readonly BudgetState[] };

/** What was spent of one claim. */
export type BudgetCharge = Pick<BudgetClaim, 'counter' | 'amount' | 'expiresAt'>;

/**
 * Sums of what was used, and limits that hold under concurrency, for all processes that use the same place. All numbers are
 * whole, from 0 to 2^53 - 1: with another one a method rejects and does nothing. Sums are exact as far as that.
 *
 * `spent + held` of a claim never passes its limit by a reservation, in whatever process it is made.
 */
export interface Ledger {
  /**
   * All of the entries or none. One that was recorded before, or stands earlier in the same list, with the same `id` and
   * `at`, is not recorded again.
   */
  record(entries: readonly LedgerEntry[]): Promise<void>;
  /** In any order. There is no row of what nobody used. */
  report(query: LedgerQuery): Promise<readonly LedgerRow[]>;
  /**
   * Holds the amounts of all claims, or of none, for `holdMs` on the clock of the store: what is neither settled nor
   * released by then is given back. An id is for one call:
   *
   * - Asked again while it holds, it is granted again and holds nothing more.
   * - Once it is settled or released it is refused as `'over'`, also if that arrived before the first reservation did: one
   *   that was not answered in time can be given up with `release`, whether or not it is still on its way.
   * - A refusal leaves nothing, nor does a hold whose time is over: asked again, that is a new question.
   */
  reserve(id: string, claims: readonly BudgetClaim[], holdMs: number): Promise<BudgetAnswer>;
  /**
   * Goes on holding what is held for these ids, until `holdMs` from now or as long as it is held already. Does nothing for one
   * that holds nothing: it is settled or released, its time is over, or nothing was ever held for it.
   */
  extend(ids: readonly string[], holdMs: number): Promise<void>;
  /**
   * Puts what was spent in the place of what is held; once for an id, also when its time to hold is over, it was released or
   * nothing was ever held for it, since the money is gone. The charges may be on other counters than the claims were.
   */
  settle(id: string, charges: readonly BudgetCharge[]): Promise<void>;
  /** Gives back what is held. Of an id that is settled it does nothing. A later `settle` still counts. */
  release(id: string): Promise<void>;
  /** Of each counter, in their order. */
  budgets(counters: readonly string[]): Promise<readonly BudgetState[]>;
}
