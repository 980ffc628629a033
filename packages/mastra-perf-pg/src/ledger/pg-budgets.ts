import {
  checkCharges,
  checkClaims,
  checkHold,
  type BudgetAnswer,
  type BudgetCharge,
  type BudgetClaim,
  type BudgetState,
  type Ledger,
} from 'mastra-perf';
import { storedName } from '../names.ts';
import { statement } from '../statement.ts';
import { budgetFunctions } from './budget-functions.ts';
import { NOW, type LedgerTables } from './ledger-tables.ts';
import type { PgUsageDeps } from './pg-usage.ts';

/** Limits that hold under concurrency. */
export function pgBudgets(
  { database, sweep }: Pick<PgUsageDeps, 'database' | 'sweep'>,
  tables: LedgerTables,
): Omit<Ledger, 'record' | 'report'> {
  const { states, ...functions } = budgetFunctions(tables);
  const reserve = statement(
    'reserve',
    `SELECT ${functions.reserve.call}($1, $2::jsonb, $3::jsonb, $4::text[], $5::bigint)::text AS answer`,
  );
  const extend = statement('extend', `SELECT ${functions.extend.call}($1::text[], $2::bigint)`);
  const settle = statement('settle', `SELECT ${functions.settle.call}($1, $2::jsonb, $3::text[])`);
  const release = statement('release', `SELECT ${functions.release.call}($1)`);
  const budgets = statement(
    'budgets',
    `SELECT s.place, s.spent, s.held FROM ${states.call}($1::jsonb, ${NOW}) s`,
  );
  return {
    async reserve(id, claims, holdMs) {
      checkClaims(claims, holdMs);
      const wanted = byCounter(claims);
      const asked = claims.map((claim) => {
        const names = namesOf(claim);
        const own = wanted.reduce(
          (sum, { counter, amount }) => sum + (names.includes(counter) ? amount : 0),
          0,
        );
        return { names, own, cap: claim.limit };
      });
      const names = asked.flatMap((claim) => claim.names);
      const values = [storedName(id), JSON.stringify(asked), JSON.stringify(wanted), names, holdMs];
      const [row] = await database.ask(reserve, values);
      sweep.wrote(1);
      return answerOf(JSON.parse(String(row?.['answer'])) as StoredAnswer);
    },
    async extend(ids, holdMs) {
      checkHold(holdMs);
      if (ids.length > 0) await database.ask(extend, [ids.map(storedName), holdMs]);
    },
    async settle(id, charges) {
      checkCharges(charges);
      const spent = byCounter(charges);
      const names = spent.map(({ counter }) => counter);
      await database.ask(settle, [storedName(id), JSON.stringify(spent), names]);
      sweep.wrote(1);
    },
    async release(id) {
      await database.ask(release, [storedName(id)]);
      sweep.wrote(1);
    },
    async budgets(counters) {
      const found: BudgetState[] = counters.map(() => ({ spent: 0, held: 0 }));
      if (counters.length === 0) return found;
      const asked = counters.map((counter) => ({ names: [storedName(counter)] }));
      for (const row of await database.ask(budgets, [JSON.stringify(asked)]))
        found[Number(row['place'])] = { spent: Number(row['spent']), held: Number(row['held']) };
      return found;
    },
  };
}

interface StoredAnswer {
  readonly granted: boolean;
  /** The place of a claim; `null` where there is none: it is granted, or over. */
  readonly refused: number | null;
  readonly states: readonly BudgetState[];
}

const answerOf = ({ granted, refused, states }: StoredAnswer): BudgetAnswer =>
  granted ? { granted, states } : { granted, refused: refused ?? 'over', states };

const namesOf = ({ counter, also = [] }: BudgetClaim): string[] => [
  ...new Set([counter, ...also].map(storedName)),
];

/** A statement changes a row once. */
function byCounter(charges: readonly BudgetCharge[]) {
  const sums = new Map<string, { counter: string; amount: number; ends: number }>();
  for (const { counter: given, amount, expiresAt } of charges) {
    const counter = storedName(given);
    const sum = sums.get(counter) ?? { counter, amount: 0, ends: 0 };
    sums.set(counter, { counter, amount: sum.amount + amount, ends: Math.max(sum.ends, expiresAt) });
  }
  return [...sums.values()];
}
