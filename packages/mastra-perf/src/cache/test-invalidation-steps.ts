import fc from 'fast-check';
import type { CutOff } from './test-gated-store.ts';

/*
 * What can happen to processes that share a store, in random order. Imported only by tests.
 */

export const PROCESSES = 3;
export const QUESTIONS = [
  { text: 'one', agent: 'support' },
  { text: 'two', agent: 'legal' },
] as const;
export type Question = (typeof QUESTIONS)[number];

export type Mode = 'default' | 'refresh' | 'only-if-cached';
/** What is invalidated: the agent and the key are those of the first question. */
export type Target = 'all' | 'agent' | 'key' | readonly string[];

export type Step =
  | {
      readonly do: 'ask';
      readonly process: number;
      readonly question: number;
      readonly tags: readonly string[];
      readonly mode: Mode;
    }
  | { readonly do: 'invalidate'; readonly process: number; readonly target: Target }
  /** One thing that is on its way arrives, is lost, or is waited for no longer. */
  | { readonly do: 'open' | 'fail' | 'give up'; readonly which: number }
  /** The model answers one call, or refuses it. */
  | { readonly do: 'finish' | 'refuse'; readonly which: number }
  /** All that is on its way arrives, so many times; and the model answers in between. */
  | { readonly do: 'flow' | 'serve'; readonly rounds: number }
  /** What does not arrive by that, from now on. */
  | { readonly do: 'slow'; readonly operation: string }
  | { readonly do: 'cut off'; readonly process: number; readonly what: CutOff }
  /** Messages to this process are lost, or arrive again. */
  | { readonly do: 'disconnect' | 'reconnect'; readonly process: number }
  | { readonly do: 'advance'; readonly ms: number };

const process = fc.constantFrom(0, 0, 1, 1, 2);
const which = fc.nat(30);
const rounds = fc.integer({ min: 1, max: 8 });
const someTags = fc.subarray(['a', 'b'], { minLength: 1 });

const ask = fc.record({
  do: fc.constant('ask' as const),
  process,
  question: fc.constantFrom(0, 0, 0, 0, 1),
  tags: fc.subarray(['a', 'b']),
  mode: fc.constantFrom<Mode>('default', 'default', 'default', 'default', 'refresh', 'only-if-cached'),
});
const invalidate = fc.record({
  do: fc.constant('invalidate' as const),
  process,
  target: fc.oneof(fc.constantFrom<Target>('all', 'agent', 'key'), someTags, someTags),
});
const slow = fc.record({
  do: fc.constant('slow' as const),
  operation: fc.constantFrom(
    'nothing',
    'nothing',
    'answer of getMany',
    'answer of getMany',
    'getMany',
    'setMany',
    'invalidateTags',
    'message',
  ),
});
const cutOff = fc.record({
  do: fc.constant('cut off' as const),
  process,
  what: fc.constantFrom<CutOff>(
    'nothing',
    'nothing',
    'everything',
    'all answers',
    'invalidations',
    'invalidations',
    'checks',
    'stamps',
  ),
});
const one = (...names: Array<'open' | 'fail' | 'give up' | 'finish' | 'refuse'>) =>
  fc.record({ do: fc.constantFrom(...names), which });
const many = (name: 'flow' | 'serve') => fc.record({ do: fc.constant(name), rounds });
const link = fc.record({ do: fc.constantFrom('disconnect' as const, 'reconnect' as const), process });
const advance = fc.record({
  do: fc.constant('advance' as const),
  ms: fc.constantFrom(1, 1000, 70_000, 70_000, 100_000),
});

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: ask },
  { weight: 4, arbitrary: invalidate },
  { weight: 6, arbitrary: one('open') },
  { weight: 3, arbitrary: one('finish') },
  { weight: 2, arbitrary: one('fail', 'give up', 'refuse') },
  { weight: 5, arbitrary: many('flow') },
  { weight: 3, arbitrary: many('serve') },
  { weight: 3, arbitrary: slow },
  { weight: 2, arbitrary: cutOff },
  { weight: 2, arbitrary: link },
  { weight: 3, arbitrary: advance },
);

const flow = (count: number): Step => ({ do: 'flow', rounds: count });
const slowed = (operation: string, ...steps: Step[]): Step[] => [
  { do: 'slow', operation },
  ...steps,
  { do: 'slow', operation: 'nothing' },
];

/** What random steps seldom hit upon: the same question is asked before, while and after it is taken away. */
const anyRace: fc.Arbitrary<Step[]> = fc
  .record({ asking: ask, taking: invalidate, rounds, how: fc.nat(4) })
  .map(({ asking, taking, rounds: count, how }) => {
    const again: Step[] = [flow(count), asking, { do: 'serve', rounds: 8 }];
    const { process: asker } = asking;
    if (how === 0) return [asking, ...slowed('answer of getMany', flow(2), taking, flow(count)), ...again];
    if (how === 1) return [asking, flow(count), taking, flow(count), { do: 'finish', which: 0 }, ...again];
    if (how === 2)
      return [
        asking,
        flow(2),
        ...slowed('setMany', { do: 'serve', rounds: 4 }, taking, flow(count)),
        ...again,
      ];
    if (how === 3)
      return [
        { do: 'disconnect', process: asker },
        asking,
        ...slowed(count > 4 ? 'answer of getMany' : 'nothing', flow(count), taking, flow(6)),
        { do: 'reconnect', process: asker },
        ...again,
      ];
    return [
      { do: 'cut off', process: taking.process, what: 'invalidations' },
      taking,
      { do: 'cut off', process: taking.process, what: 'nothing' },
      { ...asking, process: taking.process },
      ...slowed('answer of getMany', flow(2), { do: 'advance', ms: 1000 }, flow(count)),
      flow(count),
      { ...asking, process: taking.process },
    ];
  });

/** Answers that are there, for all that follows. */
const served: fc.Arbitrary<Step[]> = ask.map((asking) => [asking, { do: 'serve', rounds: 8 }]);

/** Many: what is interesting takes ten steps in the right order. */
export const anySteps: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      { weight: 20, arbitrary: anyStep.map((step) => [step]) },
      { weight: 3, arbitrary: served },
      { weight: 3, arbitrary: anyRace },
    ),
    { minLength: 5, maxLength: 40, size: 'max' },
  )
  .map((parts) => parts.flat());
