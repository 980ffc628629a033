import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createMarks } from './marks.ts';

vi.setConfig({ testTimeout: 60_000 });

describe('createMarks', () => {
  it('finds current what carries no tag that was marked since', () => {
    const marks = createMarks();
    const stamp = marks.stamp();
    expect(marks.isCurrent(stamp, ['a', 'b'])).toBe(true);
    marks.mark(['a']);
    expect(marks.isCurrent(stamp, ['b'])).toBe(true);
    expect(marks.isCurrent(stamp, ['a', 'b'])).toBe(false);
    expect(marks.isCurrent(stamp, undefined, ['b'], ['a'])).toBe(false);
    expect(marks.isCurrent(marks.stamp(), ['a', 'b'])).toBe(true);
  });

  it('finds nothing current from before everything was marked, tags or not', () => {
    const marks = createMarks();
    const stamp = marks.stamp();
    marks.markAll();
    expect(marks.isCurrent(stamp)).toBe(false);
    expect(marks.isCurrent(stamp, ['a'])).toBe(false);
    expect(marks.isCurrent(marks.stamp(), ['a'])).toBe(true);
  });

  it('takes what it forgot for marked when it last was', () => {
    const marks = createMarks(2);
    const first = marks.stamp();
    marks.mark(['a']);
    const second = marks.stamp();
    marks.mark(['b']);
    expect(marks.isCurrent(first, ['z'])).toBe(true);
    marks.mark(['c']); // forgets a
    expect(marks.isCurrent(first, ['z'])).toBe(false);
    expect(marks.isCurrent(second, ['a'])).toBe(true);
    expect(marks.isCurrent(second, ['b'])).toBe(false);
  });

  it('remembers a tag that was marked again longer than those that were not', () => {
    const marks = createMarks(2);
    marks.mark(['a']);
    marks.mark(['b']);
    const stamp = marks.stamp();
    marks.mark(['a']);
    marks.mark(['c']); // forgets b, which was marked before the stamp
    expect(marks.isCurrent(stamp, ['b'])).toBe(true);
    expect(marks.isCurrent(stamp, ['a'])).toBe(false);
  });

  it('takes no number that is none for current', () => {
    const marks = createMarks();
    marks.mark(['a']);
    expect(marks.isCurrent(Number.NaN, [])).toBe(false);
  });
});

type Step =
  | { readonly do: 'stamp' }
  | { readonly do: 'mark'; readonly tags: readonly string[] }
  | { readonly do: 'markAll' }
  | {
      readonly do: 'ask';
      readonly which: number;
      readonly tags: ReadonlyArray<readonly string[] | undefined>;
    };

const tags = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('stamp') }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('mark'), tags }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('markAll') }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('ask'),
      which: fc.nat(),
      tags: fc.array(fc.option(tags, { nil: undefined }), { maxLength: 3 }),
    }),
  },
);

/** Remembers everything that ever happened and looks it through from the beginning for each answer. */
function model(max: number) {
  const history: Array<{ readonly tag: string | undefined; readonly at: number }> = [];
  const last = (tag: string) =>
    history.findLast((mark) => mark.tag === tag || mark.tag === undefined)?.at ?? 0;
  return {
    mark: (names: readonly string[], at: number) => history.push(...names.map((tag) => ({ tag, at }))),
    markAll: (at: number) => history.push({ tag: undefined, at }),
    /** As if no tag were ever forgotten. */
    isMarked: (stamp: number, names: readonly string[]) =>
      history.some(({ tag, at }) => at > stamp && (tag === undefined || names.includes(tag))),
    /** The last mark of all tags but those `max` that were marked last. */
    floor() {
      const since = history.findLastIndex(({ tag }) => tag === undefined);
      const recent = [
        ...new Set(
          history
            .slice(since + 1)
            .map(({ tag }) => tag)
            .toReversed(),
        ),
      ];
      const forgotten = recent.slice(max).map((tag) => last(String(tag)));
      return Math.max(0, history[since]?.at ?? 0, ...forgotten);
    },
  };
}

describe('createMarks, as properties', () => {
  it('tells what a look through the whole history tells, and what it forgot is never current', () => {
    const seen = { current: 0, marked: 0, forgotten: 0 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.array(step, { maxLength: 60 }), (max, steps) => {
        const marks = createMarks(max);
        const truth = model(max);
        const stamps = [marks.stamp()];
        for (const one of steps) {
          if (one.do === 'stamp') stamps.push(marks.stamp());
          else if (one.do === 'mark') {
            marks.mark(one.tags);
            truth.mark(one.tags, marks.latest());
          } else if (one.do === 'markAll') {
            marks.markAll();
            truth.markAll(marks.latest());
          } else {
            const stamp = stamps[one.which % stamps.length]!;
            const isMarked = truth.isMarked(
              stamp,
              one.tags.flatMap((some) => some ?? []),
            );
            const isForgotten = truth.floor() >= stamp;
            expect(marks.isCurrent(stamp, ...one.tags)).toBe(!isMarked && !isForgotten);
            seen[isMarked ? 'marked' : isForgotten ? 'forgotten' : 'current']++;
          }
        }
        expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
        expect(new Set([...stamps, marks.latest()]).size).toBe(stamps.length + 1);
      }),
      { numRuns: 2000 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
  });
});
