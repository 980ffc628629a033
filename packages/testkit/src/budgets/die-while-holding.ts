import { gate } from '../gate.ts';
import { startSimulatedProvider } from '../simulated-provider/start-simulated-provider.ts';
import { until } from '../until.ts';
import { ANSWER, billed, optionsOf, type StartSpender } from './spender.ts';

export interface BudgetStanding {
  readonly spent: number;
  readonly held: number;
}

/** Reads counters of the ledger that the processes share. */
export type LookAtBudgets = (counters: readonly string[]) => Promise<readonly BudgetStanding[]>;

export interface DiedWhileHolding {
  /** What the provider has billed for the calls that had ended before, in nano-dollars. */
  readonly billed: number;
  /** How the budget stands just before the process dies, just after, and when its holds have expired. */
  readonly before: BudgetStanding;
  readonly after: BudgetStanding;
  readonly expired: BudgetStanding;
  /** Errors of another process that asks while the dead one still holds what is left. */
  readonly refused: readonly string[];
  /** What the other one spends of the budget afterwards, by the provider and by the ledger. */
  readonly billedLater: number;
  readonly end: BudgetStanding;
  readonly limit: number;
  readonly reservation: number;
}

const LIMIT = 200_000_000;
/** All calls ask for the same. */
const question = 'What becomes of what is held?';
/** Longer than it takes to come to the kill, also where many processes share few cores. */
const HOLD_MS = 8000;

/** Kills a process that has settled some calls and holds the rest of a budget for others. */
export async function dieWhileHolding(start: StartSpender, look: LookAtBudgets): Promise<DiedWhileHolding> {
  const door = gate();
  let isOpen = true;
  await using provider = await startSimulatedProvider({
    async answer() {
      if (!isOpen) await door.wait();
      return { text: ANSWER };
    },
  });
  const settings = { providerUrl: provider.url, options: optionsOf(LIMIT / 1e9) };
  const [dying, heir] = await Promise.all([
    start({ ...settings, name: 'dying', holdMs: HOLD_MS }),
    start({ ...settings, name: 'heir' }),
  ]);
  const begun = new Date().toISOString().slice(0, 7);
  const counter = JSON.stringify(['total-usd-month', 'total', `month ${begun}-01`]);
  const stands = async (): Promise<BudgetStanding> => (await look([counter]))[0] ?? { spent: 0, held: 0 };

  for (const one of [dying, heir]) {
    await one.burst({ question, count: 3 });
    await one.flush();
  }
  await provider.settled();
  const settled = provider.log.length;
  isOpen = false;
  const ask = (count: number) => dying.burst({ question, count }).catch(() => undefined); // it dies of it
  let before = await stands();
  const holds = (isSo: (left: number) => boolean) => async (): Promise<boolean> => {
    before = await stands();
    return isSo(LIMIT - before.spent - before.held);
  };
  const lost = [ask(1)];
  await until(
    'it holds something',
    holds(() => before.held > 0),
  );
  const reservation = before.held;
  lost.push(ask(50));
  await until(
    'it holds the rest',
    holds((left) => left < reservation && provider.totals().inFlight > 1),
  );
  dying.kill('SIGKILL');
  await Promise.all([dying.exited, ...lost]);
  const after = await stands();
  isOpen = true;
  const { errors } = await heir.burst({ question, count: 1 });

  let expired = after;
  await until('its holds expire', async () => {
    expired = await stands();
    return expired.held === 0;
  });
  const heirBegan = provider.log.length;
  await until('the rest is spent', async () => {
    await heir.burst({ question, count: 10 });
    await heir.flush();
    return LIMIT - (await stands()).spent < reservation;
  });
  door.open();
  await provider.settled();
  return {
    billed: billed(provider.log.slice(0, settled)),
    before,
    after,
    expired,
    refused: Object.keys(errors),
    billedLater: billed(provider.log.slice(heirBegan)),
    end: await stands(),
    limit: LIMIT,
    reservation,
  };
}
