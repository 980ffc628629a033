import { describe, expect, it } from 'vitest';
import { PerfConfigError } from '../errors.ts';
import { namesOf, namesSelected, type InvalidateSelector } from './names.ts';

const errorOf = (selector: unknown): unknown => {
  try {
    return namesSelected(selector as InvalidateSelector);
  } catch (error) {
    return error;
  }
};

describe('what an answer can be invalidated by', () => {
  it('is its agent, its key and the tags of the call', () => {
    expect(namesSelected({ agent: 'support' }).concat(namesSelected({ key: 'k' }))).toEqual(
      namesOf('k', 'support'),
    );
    expect(namesOf('k', 'support', ['a', 'b'])).toEqual([
      ...namesOf('k', 'support'),
      ...namesSelected({ tags: ['a', 'b'] }),
    ]);
  });

  it('is never taken for one of another kind', () => {
    const kinds: InvalidateSelector[] = [{ tags: ['x'] }, { agent: 'x' }, { key: 'x' }];
    expect(new Set(kinds.flatMap(namesSelected)).size).toBe(3);
    expect(namesSelected({ tags: ['agent:x'] })).not.toEqual(namesSelected({ agent: 'x' }));
    expect(namesSelected({ agent: 'key:x' })).not.toEqual(namesSelected({ key: 'x' }));
  });

  it('may be called undefined where nothing is meant', () => {
    expect(namesSelected({ tags: ['a'], agent: undefined, key: undefined })).toEqual(
      namesSelected({ tags: ['a'] }),
    );
  });
});

describe('a selector that does not say one thing is refused', () => {
  it.each<[selector: unknown, path: string]>([
    [{}, ''],
    [{ tag: 'a' }, ''],
    [{ tags: undefined }, ''],
    [{ agent: 'a', tags: ['a'] }, ''],
    [{ agent: 'a', key: 'k' }, ''],
    [{ agent: 'a', scope: 's' }, ''],
    [{ tags: [] }, '.tags'],
    [{ tags: 'a' }, '.tags'],
    [{ tags: [''] }, '.tags'],
    [{ tags: ['a', ' '] }, '.tags'],
    [{ tags: ['a', 7] }, '.tags'],
    [{ tags: null }, '.tags'],
    [{ agent: '' }, '.agent'],
    [{ agent: null }, '.agent'],
    [{ key: 7 }, '.key'],
    [{ key: '\t' }, '.key'],
    [undefined, ''],
    [null, ''],
    ['support', ''],
    [['a'], ''],
  ])('%j', (selector, path) => {
    const error = errorOf(selector);
    expect(error).toBeInstanceOf(PerfConfigError);
    expect(error).toMatchObject({ code: 'MASTRA_PERF_CONFIG', path: `perf.cache.invalidate${path}` });
  });
});
