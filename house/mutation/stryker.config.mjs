import { fileURLToPath } from 'node:url';
import { TARGETS } from './targets.mjs';

const name = process.env.MUTATION_TARGET ?? '';
const target = TARGETS[name];
if (!target) throw new Error(`MUTATION_TARGET: expected ${Object.keys(TARGETS).join(', ')}, got '${name}'`);

/** Stryker's configuration for one target; `./dev mutate` runs it from the root of the repository. */
export default {
  ...target,
  plugins: [fileURLToPath(new URL('in-process-runner.mjs', import.meta.url))],
  testRunner: 'in-process',
  coverageAnalysis: 'perTest',
  concurrency: 1,
  warnings: { slow: false },
  // Only what the tests read goes to the copy that is mutated.
  ignorePatterns: [
    '**',
    '!packages/mastra-perf/src/**',
    '!packages/mastra-perf/package.json',
    '!house/mutation/**',
    'packages/mastra-perf/src/node_modules',
  ],
  reporters: ['clear-text', 'progress-append-only', 'json', 'html'],
  clearTextReporter: { reportTests: false, allowColor: false },
  jsonReporter: { fileName: `coverage/mutation/${name}.json` },
  htmlReporter: { fileName: `coverage/mutation/${name}.html` },
  thresholds: { high: 95, low: 90, break: 90 },
  timeoutMS: 60_000,
};
