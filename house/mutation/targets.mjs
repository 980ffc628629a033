const src = 'packages/mastra-perf/src';
const under = (folder, names) => names.map((name) => `${src}/${folder}/${name}.ts`);

/** What is mutated, and the tests that must see it. Tests of other files may see more: they do not count here. */
export const TARGETS = {
  /** What makes two calls one question. */
  key: {
    mutate: [
      ...under('pipeline', ['question', 'provider-items']),
      ...under('base', ['canonical-hash', 'plain-object', 'normalize']),
    ],
    testFiles: [
      ...under('pipeline', [
        'question.test',
        'question-property.test',
        'normalized-question.test',
        'provider-items.test',
      ]),
      ...under('base', ['canonical-hash.test', 'normalize.test', 'plain-object.test']),
    ],
  },
  /** Sums of what was used, and the limits that hold over them. */
  ledger: {
    mutate: under('stores', [
      'budget-counters',
      'ledger',
      'ledger-intervals',
      'ledger-numbers',
      'memory-ledger',
      'recent-ids',
      'usage-sums',
    ]),
    testFiles: under('stores', [
      'ledger-intervals.test',
      'ledger-numbers.test',
      'memory-ledger.test',
      'memory-store-contract.test',
      'recent-ids.test',
      'usage-sums.test',
    ]),
  },
  /** Which messages of a prompt stay. */
  window: {
    mutate: under('context/window', [
      'count-prompt',
      'fit',
      'keeping-last',
      'length-of',
      'mark',
      'prompt-budget',
      'units',
    ]),
    testFiles: under('context/window', [
      'count-prompt.test',
      'fit.test',
      'length-of.test',
      'mark.test',
      'prompt-budget.test',
      'units.test',
      'keeping-last.test',
      'window-property.test',
    ]),
  },
};
