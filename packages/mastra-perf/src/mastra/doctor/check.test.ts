import { expect, test } from 'vitest';
import { settled, testClock } from '../../base/test-clock.ts';
import { CHECK_MS, defineCheck, type CheckSpec } from './check.ts';
import type { Installation } from './installation.ts';
import { NotApplicable } from './reason.ts';
import type { Finding } from './report.ts';

interface Subject {
  readonly where: string;
}

const nothing: Installation = { storages: [], postgres: [], redis: [], vectors: [], pools: [], skipped: [] };
const finding = (where: string): Finding => ({
  code: 'MASTRA_PERF_REDIS_SCANS',
  severity: 'advice',
  where,
  what: 'Slow.',
  fix: 'Make it fast',
});
const check = (subjects: string[], examine: CheckSpec<Subject>['examine']) =>
  defineCheck({
    name: 'c',
    absent: 'nothing there',
    subjects: () => subjects.map((where) => ({ where })),
    examine,
  });

test('without a subject a check is skipped and says why', async () => {
  const result = await check([], () => []).run(nothing, testClock());
  expect(result).toEqual({ findings: [], skipped: [{ check: 'c', reason: 'nothing there' }], done: false });
});

test('a subject that fails does not hide what is wrong with the others', async () => {
  const result = await check(['a', 'b', 'c'], ({ where }) => {
    if (where === 'b') throw new NotApplicable('it does not tell');
    if (where === 'c') return Promise.reject(Object.assign(new TypeError('secret'), { code: '42501' }));
    return [finding(where)];
  }).run(nothing, testClock());
  expect(result).toEqual({
    findings: [finding('a')],
    skipped: [
      { check: 'c', reason: 'b: it does not tell' },
      { check: 'c', reason: 'c: TypeError (42501)' },
    ],
    done: true,
  });
});

test('a subject that does not answer is given up in time', async () => {
  const clock = testClock();
  const running = check(['a'], () => new Promise(() => undefined)).run(nothing, clock);
  await settled();
  clock.advance(CHECK_MS - 1);
  expect(clock.timers()).toBe(1);
  clock.advance(1);
  expect(await running).toEqual({
    findings: [],
    skipped: [{ check: 'c', reason: 'a: no answer within 5000 ms' }],
    done: false,
  });
});
