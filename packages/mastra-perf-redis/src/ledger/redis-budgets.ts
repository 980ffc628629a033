import { checkCharges, checkClaims, checkHold, type BudgetState, type Ledger } from 'mastra-perf';
import type { Connection } from '../connection.ts';
import { budgetsScript, extendScript, releaseScript, reserveScript, settleScript } from './budget-scripts.ts';
import { memberOf, type LedgerKeys } from './ledger-keys.ts';

/** The budgets of a ledger on a server. Each operation is one script. */
export function redisBudgets(
  { ready }: Pick<Connection, 'ready'>,
  keys: LedgerKeys,
): Omit<Ledger, 'record' | 'report'> {
  const places = [keys.counters, keys.held, keys.holds];
  const placesOf = (id: string): string[] => [...places, keys.over(id)];
  return {
    async reserve(id, claims, holdMs) {
      checkClaims(claims, holdMs);
      const asked = claims.map(({ counter, also = [], limit, amount, expiresAt }) => [
        limit,
        amount,
        expiresAt,
        ...new Set([counter, ...also].map(memberOf)),
      ]);
      const sender = await ready();
      const args = [memberOf(id), holdMs, JSON.stringify(asked)];
      const [answer, ...numbers] = textsOf(await sender.run(reserveScript, placesOf(id), args));
      const states = statesOf(numbers);
      if (answer === 'granted') return { granted: true, states };
      return { granted: false, refused: answer === 'over' ? answer : Number(answer), states };
    },
    async extend(ids, holdMs) {
      checkHold(holdMs);
      if (ids.length === 0) return;
      const sender = await ready();
      await sender.run(extendScript, places, [holdMs, ...ids.map(memberOf)]);
    },
    async settle(id, charges) {
      checkCharges(charges);
      const paid = charges.map(({ counter, amount, expiresAt }) => [memberOf(counter), amount, expiresAt]);
      const sender = await ready();
      await sender.run(settleScript, placesOf(id), [memberOf(id), JSON.stringify(paid)]);
    },
    async release(id) {
      const sender = await ready();
      await sender.run(releaseScript, placesOf(id), [memberOf(id)]);
    },
    async budgets(counters) {
      if (counters.length === 0) return [];
      const sender = await ready();
      return statesOf(textsOf(await sender.run(budgetsScript, places, counters.map(memberOf))));
    },
  };
}

const textsOf = (reply: unknown): string[] => (reply as unknown[]).map(String);

/** Of what is spent and held in turn. */
const statesOf = (numbers: readonly string[]): BudgetState[] =>
  Array.from({ length: numbers.length / 2 }, (_, index) => ({
    spent: Number(numbers[2 * index]),
    held: Number(numbers[2 * index + 1]),
  }));
