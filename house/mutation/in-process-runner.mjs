import { registerHooks } from 'node:module';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';

/*
 * A test runner for Stryker that runs tests of vitest in the process in which they were imported. Stryker's own runner for vitest
 * starts a worker and imports everything for each mutant, which takes seconds; here it takes the time of the tests. Node itself
 * takes the types away.
 */

const MOST_MS = 30_000; // of a test that waits for something that a mutant never does
const here = (file) => new URL(file, import.meta.url).href;
const REPLACED = {
  vitest: here('./vitest-shim.mjs'),
  'fast-check': here('./few-runs.mjs'),
};

/** Sources are imported anew for mutants of what runs when a file is imported: each time by another address. */
let round = 0;
function hookImports(sources) {
  registerHooks({
    resolve(specifier, context, next) {
      if (REPLACED[specifier]) return { url: REPLACED[specifier], shortCircuit: true };
      if (specifier.startsWith('real:'))
        return next(specifier.slice('real:'.length), {
          ...context,
          parentURL: `${sources}/mastra-perf/src/any.ts`,
        });
      const resolved = next(specifier, context);
      if (!resolved.url.startsWith(sources) || resolved.url.includes('/node_modules/')) return resolved;
      return { ...resolved, url: `${resolved.url.split('?')[0]}?round=${round}` };
    },
  });
}

async function importTests(file) {
  const { collected } = await import(REPLACED.vitest);
  collected.tests = [];
  await import(`${pathToFileURL(file).href}?round=${round}`);
  const seen = new Map();
  return collected.tests.map(({ name, run }) => {
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return { id: `${basename(file)} > ${name}${times > 0 ? ` (${times})` : ''}`, run };
  });
}

class Skipped extends Error {}
const context = {
  skip(note) {
    throw new Skipped(note);
  },
};

async function failureOf({ id, run }) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${id} took more than ${MOST_MS} ms`)), MOST_MS);
  });
  try {
    await Promise.race([run(context), late]);
    return undefined;
  } catch (error) {
    return error instanceof Skipped ? undefined : error;
  } finally {
    clearTimeout(timer);
  }
}

class InProcessRunner {
  static inject = ['options'];
  #files;
  #tests;
  #mutants = (globalThis.__stryker__ ??= {});

  constructor({ testFiles }) {
    // Examples first: most mutants are seen by them, in a fraction of the time that properties take.
    const isSlow = (file) => file.includes('contract') || readFileSync(file, 'utf8').includes("'fast-check'");
    const files = testFiles.map((file) => resolve(file));
    this.#files = [...files.filter((file) => !isSlow(file)), ...files.filter(isSlow)];
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    process.on('unhandledRejection', () => {}); // what a mutant leaves behind
    hookImports(pathToFileURL(resolve('packages')).href);
  }

  async dryRun() {
    this.#mutants.activeMutant = undefined;
    const tests = [];
    this.#tests = [];
    for await (const test of this.#imported()) {
      this.#tests.push(test);
      const begun = performance.now();
      this.#mutants.currentTestId = test.id;
      const failure = await failureOf(test);
      this.#mutants.currentTestId = undefined;
      const told = { id: test.id, name: test.id, timeSpentMs: Math.ceil(performance.now() - begun) };
      tests.push(failure ? { ...told, status: 1, failureMessage: String(failure) } : { ...told, status: 0 });
    }
    return { status: 'complete', tests, mutantCoverage: this.#mutants.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, reloadEnvironment }) {
    // Of what runs at import: such a mutant must be active before that, and the filter names files instead of tests.
    const isStatic = reloadEnvironment;
    this.#mutants.activeMutant = isStatic ? activeMutant.id : undefined;
    if (isStatic) round++;
    else this.#tests ??= await Array.fromAsync(this.#imported());
    Object.assign(this.#mutants, { hitCount: 0, hitLimit, activeMutant: activeMutant.id });
    const wanted = !isStatic && testFilter ? new Set(testFilter) : undefined;
    let nrOfTests = 0;
    try {
      for await (const test of isStatic ? this.#imported() : this.#tests) {
        if (wanted && !wanted.has(test.id)) continue;
        nrOfTests++;
        const failure = await failureOf(test);
        if (this.#mutants.hitCount > hitLimit) return { status: 'timeout', reason: 'it never ends' };
        if (failure)
          return { status: 'killed', killedBy: [test.id], failureMessage: String(failure), nrOfTests };
      }
      return { status: 'survived', nrOfTests };
    } catch (error) {
      return { status: 'killed', killedBy: [], failureMessage: `not even imported: ${error}`, nrOfTests };
    } finally {
      this.#mutants.activeMutant = undefined;
    }
  }

  /** File by file: what comes after a test that fails need not be imported. */
  async *#imported() {
    for (const file of this.#files) yield* await importTests(file);
  }
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', injectableClass: InProcessRunner }];
