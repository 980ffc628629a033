import { describe, expect, it } from 'vitest';
import type { Priority } from './options.ts';
import { createPriorityLine } from './priority-line.ts';

function lineOf(...items: Array<readonly [string, Priority]>) {
  const line = createPriorityLine<string>();
  const places = items.map(([item, priority]) => line.join(item, priority));
  const next = (): string | undefined => {
    const [place] = line.next(1);
    if (place) line.serve(place);
    return place?.item;
  };
  return { line, places, next };
}

const many = (priority: Priority, count: number): Array<readonly [string, Priority]> =>
  Array.from({ length: count }, (_, index) => [`${priority}${index}`, priority] as const);

describe('a priority line', () => {
  it('serves by priority, and in the order in which they came', () => {
    const { next } = lineOf(
      ['n1', 'normal'],
      ['l1', 'low'],
      ['h1', 'high'],
      ['n2', 'normal'],
      ['h2', 'high'],
    );
    expect([next(), next(), next(), next(), next(), next()]).toEqual([
      'h1',
      'h2',
      'n1',
      'n2',
      'l1',
      undefined,
    ]);
  });

  it('lets nobody wait for ever: every eighth turn goes to whoever waits longest', () => {
    const { line, next } = lineOf(['low', 'low'], ...many('high', 8));
    const served = Array.from({ length: 10 }, () => {
      line.join('more', 'high');
      return next();
    });
    expect(served.indexOf('low')).toBe(7);
    expect(served.filter((item) => item?.startsWith('high'))).toHaveLength(8);
  });

  it('serves who comes back before who has not begun yet', () => {
    const { line, next } = lineOf(['n1', 'normal'], ['n2', 'normal'], ['n3', 'normal']);
    expect(next()).toBe('n1');
    line.join('n1 again', 'normal', true);
    expect([next(), next(), next()]).toEqual(['n1 again', 'n2', 'n3']);
  });

  it('tells whose turns are next as they are then served', () => {
    const { line, next } = lineOf(['l', 'low'], ...many('high', 12), ...many('normal', 4), ['l2', 'low']);
    expect(line.next(0)).toEqual([]);
    for (let turn = 0; turn < 5; turn++) next();
    const told = line.next(30).map(({ item }) => item);
    expect(told).toHaveLength(13);
    expect(told.map(next)).toEqual(told);
    expect(next()).toBeUndefined();
  });

  it('takes no turn from others when somebody leaves, once', () => {
    const { line, places, next } = lineOf(['n1', 'normal'], ['n2', 'normal'], ['n3', 'normal']);
    expect(line.leave(places[1]!)).toBe(true);
    expect(line.leave(places[1]!)).toBe(false);
    expect(line.serve(places[1]!)).toBe(false);
    expect(line.size).toBe(2);
    expect([next(), next(), next()]).toEqual(['n1', 'n3', undefined]);
  });

  it('tells how many are before one who joins', () => {
    const { line } = lineOf(...many('high', 2), ...many('normal', 3), ...many('low', 4));
    expect((['high', 'normal', 'low'] as const).map(line.ahead)).toEqual([2, 5, 9]);
  });
});
