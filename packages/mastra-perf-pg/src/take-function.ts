import { storedFunction, type StoredFunction } from './ledger/stored-function.ts';
import { RATE_MOMENT } from './rate-moment.ts';
import type { Tables } from './tables.ts';

/**
 * Takes of all rates or of none. First it locks them, by name, those too that are not there yet: so of two who meet one waits
 * for the other and never both, and what it then reads nobody changes. An `ON CONFLICT DO UPDATE` locks also the rows that it does
 * not update.
 */
export function takeFunction({ schema, rates }: Pick<Tables, 'schema' | 'rates'>): StoredFunction {
  return storedFunction(schema, 'rates_take', {
    takes: `(names text[], costs numeric[], spared numeric[], max_wait numeric,
  OUT granted boolean, OUT wait numeric, OUT added bigint) LANGUAGE plpgsql`,
    body: `DECLARE
  moment numeric;
BEGIN
  INSERT INTO ${rates} AS r (name, owed, paused) SELECT n.name, 0, 0 FROM unnest(names) n(name) ORDER BY n.name COLLATE "C"
    ON CONFLICT (name) DO UPDATE SET owed = r.owed WHERE false;
  GET DIAGNOSTICS added = ROW_COUNT;
  moment := ${RATE_MOMENT};
  SELECT max(GREATEST(moment, r.paused, r.owed - c.spared)) - moment INTO wait
    FROM unnest(names, spared) c(name, spared) JOIN ${rates} r ON r.name = c.name;
  granted := wait <= max_wait;
  IF granted THEN
    UPDATE ${rates} r SET owed = GREATEST(r.owed, moment + wait) + c.cost
      FROM unnest(names, costs) c(name, cost) WHERE r.name = c.name;
  END IF;
END`,
  });
}
