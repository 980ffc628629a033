import type { TestRunner } from './store-suite.ts';

/*
 * A test runner that keeps the tests and tells how they end. Imported only by tests.
 */

export interface TestRecord {
  readonly name: string;
  readonly error?: unknown;
  readonly skipped?: string | undefined;
}

class Skipped extends Error {}

export interface TestRecorder {
  readonly runner: TestRunner;
  /** Runs them one after another. */
  run(): Promise<TestRecord[]>;
}

export function testRecorder(): TestRecorder {
  const tests: Array<{ readonly name: string; readonly test: Parameters<TestRunner['it']>[1] }> = [];
  let group = '';
  const skip = (note?: string): never => {
    throw new Skipped(note);
  };
  return {
    runner: {
      describe(name, define) {
        group = name;
        define();
      },
      it: (name, test) => tests.push({ name: `${group} > ${name}`, test }),
    },
    async run() {
      const records: TestRecord[] = [];
      for (const { name, test } of tests) {
        records.push(
          await test({ skip }).then(
            () => ({ name }),
            (error: unknown) =>
              error instanceof Skipped ? { name, skipped: error.message } : { name, error },
          ),
        );
      }
      return records;
    },
  };
}
