import type { PerfStore } from '../stores/perf-store.ts';
import { until } from './until.ts';

/** Less than the time that vitest gives a test: the suite says better what did not happen. */
const PATIENCE_MS = 4000;

/** What the suites need of a test runner. `vitest` and `node:test`, imported as a whole, are such runners. */
export interface TestRunner {
  describe(name: string, define: () => void): unknown;
  it(name: string, test: (context: TestContext) => Promise<void>): unknown;
}

export interface TestContext {
  /** Reports the test as not run, and why. */
  skip(note?: string): unknown;
}

/** A store as a test has it, and what the test may do to it. */
export interface OpenStore {
  /** Connected. */
  readonly store: PerfStore;
  /** The same place as another process sees it, over connections of its own. Connected. */
  readonly second: PerfStore;
  /** Closes both. */
  close(): Promise<void>;
  /**
   * Moves the time of the place on, for one that has a clock of its own. Without it the suites let a few hundred
   * milliseconds pass wherever something must expire.
   */
  advance?(ms: number): void | Promise<void>;
  /** The time of the place in milliseconds since the epoch, for one that has a clock of its own. Without it, `Date.now()`. */
  now?(): number;
  /** Number of round trips of `store` so far. Without it, nobody counts them. */
  roundTrips?(): number;
  /** Breaks the connection over which `store` hears of messages; it is made again by itself. Without it, `gap` is not tested. */
  breakConnection?(): void | Promise<void>;
}

/** What a store can do. */
export interface StoreCapabilities {
  /** @default true */
  readonly leases?: boolean;
  /** @default true */
  readonly bus?: boolean;
  /** @default true */
  readonly ledger?: boolean;
  /** @default true */
  readonly rates?: boolean;
}

export interface StoreSuite {
  readonly runner: TestRunner;
  /** Stands before the names of the tests. */
  readonly name: string;
  /**
   * Opens the store twice over one place. Called for each test. The place may be shared with other tests (the suites use
   * names that nobody else has) but not with anything that must survive a `clear()`.
   */
  readonly open: () => Promise<OpenStore>;
  readonly capabilities?: StoreCapabilities;
  /**
   * How long the suites wait for what happens by itself, in milliseconds: a message, an expiry.
   * @default 4000
   */
  readonly patienceMs?: number;
  /** Repeats what random tests did: a failure names its seed. @default a new one each time */
  readonly seed?: number;
}

/** A store, and ways to wait for it. */
export interface StoreBench extends OpenStore {
  readonly seed: number | undefined;
  now(): number;
  /** Asks until the answer is yes, or patience ends. */
  eventually(isSo: () => boolean | Promise<boolean>): Promise<boolean>;
  /** Whether it is so when `ms` have passed for the store: its clock is moved, or else time passes by itself. */
  afterTime(ms: number, isSo: () => Promise<boolean>): Promise<boolean>;
}

/** Tests by what they show. One that needs what the store does not offer returns what it needs, and counts as skipped. */
export type StoreTests = Readonly<Record<string, (bench: StoreBench) => Promise<Needs | void>>>;

interface Needs {
  readonly needs: string;
}

export function registerTests(suite: StoreSuite, part: string, tests: StoreTests): void {
  suite.runner.describe(`${suite.name}: ${part}`, () => {
    for (const [title, test] of Object.entries(tests)) {
      suite.runner.it(title, async (context) => {
        const opened = await suite.open();
        const result = await test(benchOf(opened, suite)).catch(async (error: unknown) => {
          // A store in which a test failed may well fail to close, which would hide why.
          await opened.close().catch(() => {});
          throw error;
        });
        await opened.close();
        if (result) context.skip(`this store has no ${result.needs}()`);
      });
    }
  });
}

function benchOf(opened: OpenStore, { patienceMs = PATIENCE_MS, seed }: StoreSuite): StoreBench {
  const eventually: StoreBench['eventually'] = (isSo) => until(isSo, patienceMs);
  return {
    ...opened,
    seed,
    now: () => opened.now?.() ?? Date.now(),
    eventually,
    async afterTime(ms, isSo) {
      if (!opened.advance) return eventually(isSo);
      await opened.advance(ms + 1);
      return isSo();
    },
  };
}
