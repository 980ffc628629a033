import { LEDGER_REPEAT_MS } from 'mastra-perf';
import { MOMENT, type LedgerTables } from './ledger-tables.ts';
import { storedFunction, type StoredFunction } from './stored-function.ts';

export interface BudgetFunctions {
  readonly states: StoredFunction;
  readonly begin: StoredFunction;
  readonly reserve: StoredFunction;
  readonly extend: StoredFunction;
  readonly settle: StoredFunction;
  readonly release: StoredFunction;
}

/** Longer than it must be, for whoever asks again in the last moment. */
const KNOWN_MS = 2 * LEDGER_REPEAT_MS;
const MOST = '9223372036854775807';

/**
 * A call locks its own row first and then its counters (several calls, that are extended, their rows by id), one after the other by name, those too that only count towards a
 * limit and those that are not there yet. So two calls that meet wait for each other and never both; and what a function
 * reads after that, with a snapshot of its own for each statement, nobody changes any more.
 *
 * `held` of a counter is the sum of its rows in `holds`, and whoever writes one writes the other. A hold that has expired
 * stays in both until somebody next locks the counter, and is subtracted by whoever reads before that.
 *
 * A row of `calls` counts until `known_until`; one that nobody has written to yet has 0.
 */
export function budgetFunctions(tables: LedgerTables): BudgetFunctions {
  const { schema, counters, calls, holds } = tables;
  const states = storedFunction(schema, 'budget_states', {
    takes: `(claims jsonb, moment bigint) RETURNS TABLE (place int, spent numeric, held numeric, fits boolean) LANGUAGE sql STABLE`,
    body: `SELECT (g.n - 1)::int, s.spent, s.held, s.spent + s.held + (g.claim ->> 'own')::numeric <= (g.claim ->> 'cap')::numeric
FROM jsonb_array_elements(claims) WITH ORDINALITY g(claim, n) CROSS JOIN LATERAL (
  SELECT COALESCE(sum(c.spent), 0) AS spent, COALESCE(sum(c.held - COALESCE((
    SELECT sum(h.amount) FROM ${holds} h WHERE h.counter = c.name AND h.expires_at <= moment), 0)), 0) AS held
  FROM jsonb_array_elements_text(g.claim -> 'names') n(name)
  JOIN ${counters} c ON c.name = n.name AND c.ends_at > moment) s`,
  });
  const begin = storedFunction(schema, 'budget_begin', {
    takes: `(call_id text, names text[]) RETURNS bigint LANGUAGE plpgsql`,
    body: `DECLARE
  one text;
  seen record;
  locked text[] := '{}';
  has_held boolean := false;
  first_end bigint;
  moment bigint;
BEGIN
  FOR one IN SELECT n.name COLLATE "C" FROM unnest(names) n(name)
    UNION SELECT h.counter FROM ${holds} h WHERE h.id = call_id ORDER BY 1
  LOOP
    LOOP
      SELECT c.spent, c.held, c.ends_at INTO seen FROM ${counters} c WHERE c.name = one FOR UPDATE;
      IF FOUND THEN
        has_held := has_held OR seen.held > 0;
        IF seen.spent > 0 OR seen.held > 0 THEN
          first_end := LEAST(first_end, seen.ends_at);
        END IF;
        EXIT;
      END IF;
      INSERT INTO ${counters} AS c (name, spent, held, ends_at) VALUES (one, 0, 0, 0) ON CONFLICT (name) DO NOTHING;
      IF FOUND THEN
        -- Nothing is held on a counter that was swept.
        DELETE FROM ${holds} h WHERE h.counter = one;
        EXIT;
      END IF;
    END LOOP;
    locked := locked || one;
  END LOOP;
  moment := ${MOMENT};
  IF has_held THEN
    WITH expired AS (
      DELETE FROM ${holds} h WHERE h.counter = ANY(locked) AND h.expires_at <= moment RETURNING h.counter, h.amount
    ), own AS (
      DELETE FROM ${holds} h WHERE h.id = call_id AND h.expires_at > moment RETURNING h.counter, h.amount
    ), gone AS (
      SELECT b.counter, sum(b.amount) AS amount FROM (SELECT * FROM expired UNION ALL SELECT * FROM own) b GROUP BY b.counter
    )
    UPDATE ${counters} c SET held = c.held - gone.amount FROM gone WHERE c.name = gone.counter;
  END IF;
  IF first_end <= moment THEN
    WITH forgotten AS (
      UPDATE ${counters} c SET spent = 0, held = 0
      WHERE c.name = ANY(locked) AND c.ends_at <= moment AND (c.spent > 0 OR c.held > 0) RETURNING c.name
    )
    DELETE FROM ${holds} h USING forgotten WHERE h.counter = forgotten.name;
  END IF;
  RETURN moment;
END`,
  });
  const lockCall = `INSERT INTO ${calls} AS c (id, what, known_until) VALUES (call_id, 'held', 0)
    ON CONFLICT (id) DO UPDATE SET what = c.what RETURNING c.what, c.known_until INTO standing`;
  const look = `SELECT min(s.place) FILTER (WHERE NOT s.fits) AS refused,
      COALESCE(jsonb_agg(jsonb_build_object('spent', s.spent, 'held', s.held) ORDER BY s.place), '[]') AS states
      INTO seen FROM ${states.call}(claims, moment) s`;
  const answer = (granted: string, refused: string): string =>
    `RETURN jsonb_build_object('granted', ${granted}, 'refused', ${refused}, 'states', seen.states)`;
  const reserve = storedFunction(schema, 'budget_reserve', {
    takes: `(call_id text, claims jsonb, wanted jsonb, names text[], hold_ms bigint) RETURNS jsonb LANGUAGE plpgsql`,
    body: `DECLARE
  standing record;
  seen record;
  moment bigint;
BEGIN
  ${lockCall};
  moment := ${MOMENT};
  IF standing.known_until > moment THEN
    ${look};
    ${answer(`standing.what = 'held'`, 'NULL')};
  END IF;
  moment := ${begin.call}(call_id, names);
  ${look};
  IF seen.refused IS NOT NULL THEN
    DELETE FROM ${calls} c WHERE c.id = call_id;
    ${answer('false', 'seen.refused')};
  END IF;
  WITH held AS (
    UPDATE ${counters} c SET held = c.held + w.amount, ends_at = GREATEST(c.ends_at, w.ends)
    FROM jsonb_to_recordset(wanted) AS w(counter text, amount bigint, ends bigint)
    WHERE c.name = w.counter AND GREATEST(c.ends_at, w.ends) > moment RETURNING c.name, w.amount
  )
  INSERT INTO ${holds} (id, counter, amount, expires_at)
    SELECT call_id, h.name, h.amount, moment + hold_ms FROM held h WHERE h.amount > 0;
  UPDATE ${calls} c SET what = 'held', known_until = moment + hold_ms WHERE c.id = call_id;
  ${look};
  ${answer('true', 'NULL')};
END`,
  });
  // Of a call that arrives after the first statement nothing is touched: its row would be locked after counters. And no claim
  // of a call expires while another goes on: whoever gives back what has expired has locked the counter.
  const extend = storedFunction(schema, 'budget_extend', {
    takes: `(ids text[], hold_ms bigint) RETURNS void LANGUAGE plpgsql`,
    body: `DECLARE
  locked text[];
  moment bigint;
BEGIN
  SELECT array_agg(l.id) INTO locked FROM (
    SELECT c.id FROM ${calls} c WHERE c.id = ANY(ids) AND c.what = 'held' ORDER BY c.id FOR UPDATE) l;
  PERFORM FROM ${counters} c WHERE c.name IN (SELECT h.counter FROM ${holds} h WHERE h.id = ANY(locked))
    ORDER BY c.name FOR UPDATE;
  moment := ${MOMENT};
  WITH held AS (
    UPDATE ${calls} c SET known_until = GREATEST(c.known_until, moment + hold_ms)
    WHERE c.id = ANY(locked) AND c.known_until > moment RETURNING c.id, c.known_until
  )
  UPDATE ${holds} h SET expires_at = held.known_until FROM held WHERE h.id = held.id;
END`,
  });
  const unlessSettled = `${lockCall};
  IF standing.what = 'settled' AND standing.known_until > ${MOMENT} THEN
    RETURN;
  END IF;`;
  const isOver = (what: string): string =>
    `UPDATE ${calls} c SET what = '${what}', known_until = moment + ${KNOWN_MS} WHERE c.id = call_id`;
  const settle = storedFunction(schema, 'budget_settle', {
    takes: `(call_id text, charges jsonb, names text[]) RETURNS void LANGUAGE plpgsql`,
    body: `DECLARE
  standing record;
  moment bigint;
BEGIN
  ${unlessSettled}
  moment := ${begin.call}(call_id, names);
  UPDATE ${counters} c SET spent = LEAST(c.spent + s.amount, ${MOST}), ends_at = GREATEST(c.ends_at, s.ends)
    FROM jsonb_to_recordset(charges) AS s(counter text, amount numeric, ends bigint) WHERE c.name = s.counter;
  ${isOver('settled')};
END`,
  });
  const release = storedFunction(schema, 'budget_release', {
    takes: `(call_id text) RETURNS void LANGUAGE plpgsql`,
    body: `DECLARE
  standing record;
  moment bigint;
BEGIN
  ${unlessSettled}
  moment := ${begin.call}(call_id, '{}');
  ${isOver('released')};
END`,
  });
  return { states, begin, reserve, extend, settle, release };
}
