import { rateCost, type Rates } from 'mastra-perf';
import type { Database } from './database.ts';
import { storedName } from './names.ts';
import { RATE_MOMENT } from './rate-moment.ts';
import { statement } from './statement.ts';
import type { Sweeper } from './sweeper.ts';
import type { Tables } from './tables.ts';
import { takeFunction } from './take-function.ts';

/**
 * Rates of all processes that use this schema, on the clock of the server. What is owed are exact numbers: a time since 1970
 * leaves 12 bits of a `float8` for parts of a millisecond, and what is rounded would add up over a million takes.
 */
export function pgRates(
  database: Pick<Database, 'ask'>,
  sweeper: Pick<Sweeper, 'wrote'>,
  tables: Tables,
): Rates {
  const { rates } = tables;
  const take = statement(
    'take',
    `SELECT granted::text, wait, added
FROM ${takeFunction(tables).call}($1::text[], $2::numeric[], $3::numeric[], $4::numeric)`,
  );
  // Rows are locked in the order in which `take` locks them, and the time is looked at when they are.
  const correct = statement(
    'correct',
    `INSERT INTO ${rates} AS r (name, owed, paused)
SELECT c.name, ${RATE_MOMENT} + c.cost, 0 FROM unnest($1::text[], $2::numeric[]) c(name, cost) ORDER BY c.name COLLATE "C"
ON CONFLICT (name) DO UPDATE SET owed = GREATEST(r.owed, ${RATE_MOMENT}) + (
  SELECT c.cost FROM unnest($1::text[], $2::numeric[]) c(name, cost) WHERE c.name = r.name)`,
  );
  const pause = statement(
    'pause',
    `INSERT INTO ${rates} AS r (name, owed, paused)
SELECT n.name, 0, ${RATE_MOMENT} + $2::numeric FROM unnest($1::text[]) n(name) ORDER BY n.name COLLATE "C"
ON CONFLICT (name) DO UPDATE SET paused = GREATEST(r.paused, EXCLUDED.paused)`,
  );

  return {
    async take(claims, maxWaitMs) {
      if (claims.length === 0) return { granted: true, waitMs: 0 };
      const costs = claims.map(rateCost);
      const [row] = await database.ask(take, [
        claims.map(({ name }) => storedName(name)),
        costs.map(({ costMs }) => costMs),
        costs.map(({ sparedMs }) => sparedMs),
        finite(maxWaitMs),
      ]);
      sweeper.wrote(Number(row?.['added'] ?? 0));
      return { granted: row?.['granted'] === 'true', waitMs: Number(row?.['wait']) };
    },
    async correct(claims) {
      if (claims.length === 0) return;
      const costs = claims.map((claim) => rateCost(claim).costMs);
      await database.ask(correct, [claims.map(({ name }) => storedName(name)), costs]);
    },
    async pause(names, ms) {
      if (names.length > 0 && ms > 0) await database.ask(pause, [names.map(storedName), finite(ms)]);
    },
  };
}

/** Up to Postgres 13 no exact number is infinite. */
const finite = (ms: number): number => Math.min(ms, Number.MAX_SAFE_INTEGER);
