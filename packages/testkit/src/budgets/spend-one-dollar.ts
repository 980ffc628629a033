import { startSimulatedProvider } from '../simulated-provider/start-simulated-provider.ts';
import { until } from '../until.ts';
import { ANSWER, billed, optionsOf, RESERVATION, type StartSpender } from './spender.ts';

export interface OneDollar {
  /** What the provider has billed, in nano-dollars: after the first calls, and in the end. */
  readonly first: number;
  readonly last: number;
  /** What is left in the end is less than this. */
  readonly reservation: number;
  readonly answers: number;
  /** Names of the errors of the first calls. */
  readonly errors: readonly string[];
}

/** Has four processes make 200 calls each at once on a budget of one dollar, and then as many as it takes to spend it. */
export async function spendOneDollar(start: StartSpender): Promise<OneDollar> {
  await using provider = await startSimulatedProvider({
    timeToFirstTokenMs: 20,
    answer: () => ({ text: ANSWER }),
  });
  const options = optionsOf(1);
  const processes = await Promise.all(
    ['p0', 'p1', 'p2', 'p3'].map((name) => start({ name, providerUrl: provider.url, options })),
  );
  const question = 'How do four processes share one dollar?';
  const bursts = await Promise.all(processes.map((one) => one.burst({ question, count: 200 })));
  const first = billed(provider.log);
  // Callers that were refused while others held what they did not need in the end, try again; a refusal is remembered a while.
  await until('the budget is spent', async () => {
    await processes[0]?.burst({ question, count: 20 });
    return 1e9 - billed(provider.log) < RESERVATION;
  });
  await Promise.all(processes.map((one) => one.burst({ question, count: 50 })));
  await provider.settled();
  return {
    first,
    last: billed(provider.log),
    reservation: RESERVATION,
    answers: provider.totals().requests,
    errors: [...new Set(bursts.flatMap(({ errors }) => Object.keys(errors)))],
  };
}
