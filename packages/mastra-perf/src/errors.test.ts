import { describe, expect, it } from 'vitest';
import { isPerfError, PerfConfigError, PerfError } from './errors.ts';

describe('PerfError', () => {
  it('carries a code, a cause, and the word that trying again is of no use', () => {
    const cause = new Error('inner');
    const error = new PerfError('MASTRA_PERF_CLOSED', 'closed', { cause });
    expect(error).toMatchObject({
      name: 'PerfError',
      code: 'MASTRA_PERF_CLOSED',
      message: 'closed',
      cause,
      isRetryable: false,
    });
    expect(Object.keys(error)).not.toContain('mastra-perf.error');
  });

  it('is recognised whichever copy of the package made it', () => {
    const fromAnotherCopy = Object.assign(new Error('x'), { [Symbol.for('mastra-perf.error')]: true });
    expect(isPerfError(fromAnotherCopy)).toBe(true);
    expect(isPerfError(new PerfConfigError('a', 1, 'b'))).toBe(true);
  });

  it.each([new Error('x'), { code: 'MASTRA_PERF_CLOSED' }, 'MASTRA_PERF_CLOSED', null, undefined])(
    'is not %o',
    (other) => {
      expect(isPerfError(other)).toBe(false);
    },
  );
});

describe('PerfConfigError', () => {
  it.each([
    ['text', '"text"'],
    ['"quoted"', String.raw`"\"quoted\""`],
    ['x'.repeat(81), `"${'x'.repeat(80)}…"`],
    [undefined, 'undefined'],
    [Number.NaN, 'NaN'],
    [10n, '10'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, 'a function (anonymous)'],
    [Math.max, 'a function (max)'],
    [[1, 2], 'an array of 2'],
    [{}, 'an object with no fields'],
    [{ ttl: 1, 'a b': 2 }, 'an object with "ttl", "a b"'],
    [{ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 }, 'an object with "a", "b", "c", "d", "e", …'],
  ])('shows %o', (given, shown) => {
    const error = new PerfConfigError('createPerf.cache', given, 'something else');
    expect(error.message).toBe(`createPerf.cache: expected something else, got ${shown}`);
    expect(error).toMatchObject({
      path: 'createPerf.cache',
      accepted: 'something else',
      name: 'PerfConfigError',
    });
  });

  it('does not show the values of an object: they may be secrets', () => {
    expect(new PerfConfigError('a', { apiKey: 'sk-123' }, 'b').message).not.toContain('sk-123');
  });
});
