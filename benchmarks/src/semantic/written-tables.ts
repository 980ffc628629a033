import { adversarialPairs, defaultGuards, paraphrasePairs, type WrittenPair } from '../inside-mastra-perf.ts';
import type { Table } from '../table.ts';
import { percent } from './served.ts';

/** Pairs that were written by hand before any guard was tuned; they need no embedding model. */
export function writtenTables(): readonly Table[] {
  const guards = defaultGuards();
  const isServed =
    (without?: string) =>
    ({ a, b }: WrittenPair): boolean =>
      guards.every((guard) => guard.name === without || guard.passes(a, b));
  const languages = [...new Set([...adversarialPairs, ...paraphrasePairs].map(({ language }) => language))];
  const cells = (pairs: readonly WrittenPair[]): readonly string[] => {
    const served = pairs.filter(isServed()).length;
    return [`${served} of ${pairs.length}`, percent(served, pairs.length)];
  };
  const of = (pairs: readonly WrittenPair[], name: string) =>
    pairs.filter(({ language }) => language === name);
  const adversarial = adversarialPairs.filter(isServed());
  return [
    {
      title: 'Pairs written by hand: traps, and honest paraphrases',
      columns: ['language', 'traps served', '%', 'paraphrases served', '%'],
      rows: [
        ...languages.map((name) => [
          name,
          ...cells(of(adversarialPairs, name)),
          ...cells(of(paraphrasePairs, name)),
        ]),
        ['all', ...cells(adversarialPairs), ...cells(paraphrasePairs)],
      ],
      notes: [],
      wrong: adversarial.map(({ a, b }) => `served: "${a}" for "${b}"`),
    },
    {
      title: 'Traps that are served when one guard is left out',
      columns: ['without', 'traps served'],
      rows: guards.map(({ name }) => [name, String(adversarialPairs.filter(isServed(name)).length)]),
      notes: [
        'What a guard with a name misses, `words` and `order` mostly refuse: they allow only what they know to change nothing.',
      ],
    },
  ];
}
