import fc from 'fast-check';
import { expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { createLanes } from './batch-lanes.ts';

interface One {
  readonly key: string;
  readonly tokens: number;
  readonly n: number;
  readonly at: number;
}

const MAX = { maxSize: 4, maxTokens: 20, maxWaitMs: 100 };

type Step =
  | { readonly do: 'add'; readonly key: string; readonly tokens: number }
  | { readonly do: 'remove'; readonly which: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'flush' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('add' as const),
        key: fc.constantFrom('a', 'b', 'c'),
        tokens: fc.nat(25),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), which: fc.nat(50) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(120) }) },
    { weight: 1, arbitrary: fc.constant<Step>({ do: 'flush' }) },
  ),
  { maxLength: 80 },
);

it('sends each item once with others of its key, in order, never too many, too much or too late', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const clock = testClock();
      const added: One[] = [];
      const removed = new Set<One>();
      const sent: One[] = [];
      const lanes = createLanes<One>({
        ...MAX,
        clock,
        send(batch) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(MAX.maxSize);
          expect(new Set(batch.map(({ key }) => key)).size).toBe(1);
          const tokens = batch.reduce((sum, one) => sum + one.tokens, 0);
          expect(batch.length === 1 || tokens <= MAX.maxTokens, `${tokens} tokens`).toBe(true);
          for (const { at } of batch) expect(clock.monotonic() - at).toBeLessThanOrEqual(MAX.maxWaitMs);
          sent.push(...batch);
        },
      });
      for (const step of all) {
        if (step.do === 'add') {
          const item = { ...step, n: added.length, at: clock.monotonic() };
          added.push(item);
          lanes.add(item);
        } else if (step.do === 'remove') {
          const item = added[step.which];
          if (item && !sent.includes(item)) removed.add(item);
          if (item) lanes.remove(item);
        } else if (step.do === 'pass') clock.advance(step.ms);
        else lanes.flush();
        expect(lanes.waiting).toBe(added.length - removed.size - sent.length);
      }
      clock.advance(MAX.maxWaitMs);
      expect(lanes.waiting).toBe(0);
      expect(clock.timers()).toBe(0);
      for (const key of ['a', 'b', 'c'])
        expect(sent.filter((one) => one.key === key)).toEqual(
          added.filter((one) => one.key === key && !removed.has(one)),
        );
    }),
    { numRuns: 1000 },
  );
});
