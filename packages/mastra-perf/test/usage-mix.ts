import { setTimeout } from 'node:timers/promises';
import { gate, until } from '@mastra-perf/testkit';
import type { Random } from '../src/testing/seeded-random.ts';
import type { Application, Caller, How } from './usage-application.ts';
import type { Asked, UsageProvider } from './usage-provider.ts';

type Way = () => Promise<unknown>;

/** The fewest tokens of an answer that are sent before something happens. */
const SOME = 3;

/** One of the things that applications do, in an order that one number repeats: call it again and again. */
export function usageMix({ ask }: Application, provider: UsageProvider, random: Random): Way {
  const { question, entriesTo } = provider;
  const known: { readonly asked: Asked; readonly how: How }[] = [];

  const coin = (): boolean => random.below(2) === 0;
  const someTokens = (): number => SOME + random.below(5);
  const user = (): string => `user ${random.below(20)}`;
  const by = (caller: Caller, how: Partial<How> = {}): How => ({
    by: caller,
    streams: coin(),
    user: user(),
    ...how,
  });
  const anybody = (how: Partial<How> = {}): How => by(random.pick(['alone', 'alone', 'alone', 'plain']), how);
  const thinking = () => ({ reasoning: random.pick([0, 0, 0, 7, 40]) });
  const askTimes = async (asked: Asked, times: number, how: How): Promise<void> => {
    for (let time = 0; time < times; time++) await ask(asked, how);
  };

  const answered = async (how: How): Promise<void> => {
    const asked = question('answered', thinking());
    await ask(asked, how);
    known.push({ asked, how });
  };
  const again = async (): Promise<void> => {
    if (known.length === 0) return answered(anybody());
    const { asked, how } = random.pick(known);
    await ask(asked, { ...how, user: user() });
  };
  /** Of those who wait for the first, one may give up. */
  const together = async (): Promise<void> => {
    const door = gate();
    const asked = question('answered', { after: door.wait() });
    const how = anybody();
    const first = ask(asked, how);
    await until('the first has asked', () => entriesTo(asked).length > 0);
    const abort = new AbortController();
    const others = [ask(asked, { ...how, abortSignal: abort.signal }), ask(asked, how), ask(asked, how)];
    await setTimeout(random.below(30)); // at whatever moment it gives up, nothing else changes
    if (coin()) abort.abort();
    door.open();
    await Promise.all([first, ...others]);
  };
  const givenUpInStream = async (): Promise<void> => {
    const tokens = someTokens();
    const abort = new AbortController();
    let seen = 0;
    const onText = () => void (++seen === tokens && abort.abort());
    const asked = question('aborted', { fault: () => ({ stall: { afterTokens: tokens } }) });
    await ask(asked, anybody({ streams: true, abortSignal: abort.signal, onText }));
  };
  const givenUpWhen = async (asked: Asked, tokens: number, how: How): Promise<void> => {
    const abort = new AbortController();
    const ended = ask(asked, { ...how, abortSignal: abort.signal });
    await until('the provider waits', () =>
      entriesTo(asked).some(({ outputTokens }) => outputTokens >= tokens),
    );
    abort.abort();
    await ended;
  };
  const failing = { fault: () => ({ status: random.pick([400, 401, 429, 500, 503]) }) };
  const failingOnce = { fault: (nth: number) => (nth === 1 ? { status: 503 } : undefined) };
  const failingLater = { fault: (nth: number) => (nth > 1 ? { status: 503 } : undefined) };
  const breaking = () => ({ disconnect: { afterTokens: someTokens() } });

  const deck: ReadonlyArray<readonly [cards: number, way: Way]> = [
    [36, () => answered(anybody())],
    [6, () => answered(by('chat', { streams: false }))],
    [6, () => answered(by('long'))],
    [6, () => answered(by('plain', { structured: true }))],
    [3, () => answered(by('plain', { cache: random.pick(['bypass', 'refresh']) }))],
    [6, () => ask(question('answered', thinking()), by('tools'))],
    [6, () => ask(question('answered'), by('recall', { streams: false }))],
    [24, again],
    [3, together],
    [3, () => askTimes(question('answered'), 3, by('refreshed'))],
    [3, () => askTimes(question('answered', failingLater), 2, by('fallback'))],
    [5, () => ask(question('refused', failing), anybody())],
    [1, () => ask(question('answered', failingOnce), anybody({ retries: 1 }))],
    [3, () => ask(question('unreported'), by('chat', { streams: true }))],
    [3, givenUpInStream],
    [
      2,
      () => {
        const asked = question('abortedWhole', { fault: () => ({ stall: { afterTokens: SOME } }) });
        return givenUpWhen(asked, SOME, anybody({ streams: false }));
      },
    ],
    [2, () => givenUpWhen(question('hung', { fault: () => ({ hang: true }) }), 0, anybody())],
    [2, () => ask(question('broken', { fault: breaking }), anybody({ streams: true }))],
    [1, () => ask(question('brokenWhole', { fault: breaking }), anybody({ streams: false }))],
    [1, () => ask(question('unconnected', { fault: () => ({ disconnect: 'before-headers' }) }), anybody())],
  ];
  const cards = deck.flatMap(([count, way]) => Array<Way>(count).fill(way));
  return () => random.pick(cards)();
}
