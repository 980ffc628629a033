import { chai, vi as ofVitest } from 'real:vitest';

/*
 * What tests import as `vitest` while mutants are tested: it keeps the tests, so that they can be run hundreds of times in one
 * process. Assertions and spies are vitest's own.
 */
/** How long a test may take is the runner's to say. */
export const vi = { fn: ofVitest.fn, setConfig() {} };
export const { expect } = chai;

/** Of the file that is being imported; `in-process-runner.mjs` takes them. */
export const collected = { tests: [] };
const names = [];

const eachOf = (define) => (rows) => (name, body) =>
  rows.forEach((row, index) => {
    const values = Array.isArray(row) ? row : [row];
    define(`${name} [${index}]`, () => body(...values));
  });

export const it = Object.assign(
  (name, run) => collected.tests.push({ name: [...names, name].join(' > '), run }),
  { each: eachOf((name, run) => it(name, run)) },
);
export const describe = Object.assign(
  (name, define) => {
    names.push(name);
    try {
      define();
    } finally {
      names.pop();
    }
  },
  { each: eachOf((name, define) => describe(name, define)) },
);
