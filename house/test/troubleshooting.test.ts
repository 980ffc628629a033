import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../src/docs/repository.ts';

/* docs/troubleshooting.md against the sources: each code has its row, and no row is about a code that is gone. */

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

const PUBLISHED = ['mastra-perf', 'mastra-perf-redis', 'mastra-perf-pg'];
const sources = PUBLISHED.flatMap((name) => globSync(`packages/${name}/src/**/*.ts`, { cwd: ROOT }))
  .filter((file) => !/(\.test|\/test-[\w-]+|\/testing\/[\w-]+)\.ts$/.test(file.replaceAll('\\', '/')))
  .map(read);
const page = read('docs/troubleshooting.md');
const events = read('packages/mastra-perf/src/events.ts');

/** The first cells of the table under a heading, and of that table only. */
function rowsUnder(heading: string): string[] {
  const [, below] = page.split(new RegExp(`^#+ ${heading.replaceAll(/[().]/g, '\\$&')}$`, 'm'));
  if (below === undefined) throw new Error(`expected the heading "${heading}" in docs/troubleshooting.md`);
  const [section = ''] = below.split(/^#/m);
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, cell = '']) => cell).toSorted();
}

/** The texts of a union of texts that begins with a name: `export type Name =`, `readonly name:`. */
function unionOf(text: string, name: RegExp): string[] {
  const [, below = ''] = text.split(name);
  const [union = ''] = below.split(';');
  return [...union.matchAll(/'([^']+)'/g)].map(([, one = '']) => one).toSorted();
}

const codesIn = (text: string): string[] =>
  [...new Set(text.match(/MASTRA_PERF_[A-Z]+(?:_[A-Z]+)*/g))].toSorted();

const errors = unionOf(read('packages/mastra-perf/src/errors.ts'), /export type PerfErrorCode =/);
const findings = unionOf(
  read('packages/mastra-perf/src/mastra/doctor/report.ts'),
  /export type FindingCode =/,
);

describe('the page of troubleshooting', () => {
  it('has every code that the sources have, and no other one', () => {
    expect(codesIn(page)).toEqual(codesIn(sources.join('\n')));
  });

  it('has a row for each error', () => expect(rowsUnder('Errors')).toEqual(errors));

  it('has a row for each finding of the doctor', () =>
    expect(rowsUnder('Findings of perf.doctor()')).toEqual(findings));

  it('has a row for each warning', () => {
    // A code goes into a warning by the `code` of its options, or by a function `warn` of the same file.
    const told = sources.flatMap((text) =>
      [
        ...text.matchAll(
          /(?:code: |warn\(\s*(?:shared,\s*)?(?:undo \? )?)'(MASTRA_PERF_\w+)'(?: : '(MASTRA_PERF_\w+)')?/g,
        ),
      ].flatMap(([, one, other]) => [one, other].filter((code) => code !== undefined)),
    );
    const warnings = [...new Set(told)].filter((code) => !findings.includes(code)).toSorted();
    expect(warnings.length).toBeGreaterThan(10);
    expect(rowsUnder('Warnings')).toEqual(warnings);
  });

  it('has a row for each event', () => {
    const [, below = ''] = events.split('export interface PerfEvents {');
    const [names = ''] = below.split('\n}\n');
    const declared = [...names.matchAll(/^ {2}(\w+): /gm)].map(([, name = '']) => name).toSorted();
    expect(declared).toContain('call');
    expect(rowsUnder('Events')).toEqual(declared);
  });

  it('has a row for each kind of budget event, and names each kind of limit', () => {
    const [, budget = ''] = events.split('  budget: {');
    expect(rowsUnder('Kinds of budget events')).toEqual(unionOf(budget, /readonly kind:/));
    const [, limit = ''] = events.split('  limit: {');
    const kinds = unionOf(limit, /readonly kind:/);
    expect(kinds.length).toBeGreaterThan(0);
    for (const kind of kinds) expect(page).toContain(`\`${kind}\``);
  });

  it('has a row for each reason why an entry could not be read', () =>
    expect(rowsUnder('Why an entry could not be read')).toEqual(
      unionOf(read('packages/mastra-perf/src/base/unreadable-entry.ts'), /export type UnreadableReason =/),
    ));

  it('has a row for each reason why an answer was not stored', () => {
    const check = read('packages/mastra-perf/src/cache/storable.ts');
    const refused = [...check.matchAll(/return ['`]([\w-]+(?::(?=\$))?)/g)].map(([, reason = '']) => reason);
    const unlike = sources.flatMap((text) =>
      [...text.matchAll(/facts\.unlike (?:\?\?)?= '([^']+)'/g)].map(([, reason = '']) => reason),
    );
    const kept = unionOf(read('packages/mastra-perf/src/cache/local-tier.ts'), /ttlMs: number,\n {2}\):/);
    const reasons = [...refused, ...unlike, ...kept.filter((one) => !['stored', 'doubtful'].includes(one))];
    expect(rowsUnder('Why an answer was not stored')).toEqual(
      reasons.map((reason) => (reason.endsWith(':') ? `${reason}…` : reason)).toSorted(),
    );
  });

  it.each([
    ['MASTRA_PERF_BUDGET_EXCEEDED', 'usage/budget-exceeded-error.ts', /export type BudgetRefusal =/],
    ['MASTRA_PERF_BATCH', 'batch/batch-error.ts', /export type BatchFailure =/],
    ['MASTRA_PERF_INGEST', 'embeddings/documents/document-error.ts', /export type IngestStop =/],
  ] as const)('names every reason of %s', (code, file, union) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${code}\``)) ?? '';
    const reasons = unionOf(read(`packages/mastra-perf/src/${file}`), union);
    expect(reasons.length).toBeGreaterThan(2);
    for (const reason of reasons) expect(row).toContain(`\`${reason}\``);
  });
});
