import type { Labels } from './recorder.ts';

/** Stands for the agent and the model, or the name, of what came after the last place was given away. */
export const OTHER = '(other)';

/** Names can come from users, such as those of agents that are made at run time. */
const MAX_NAME = 200;
/** Operations, and names of one operation, that have a place of their own. */
const MAX_OPERATIONS = 200;
const MAX_NAMES = 200;

type ByModel<S> = Map<string, S>;
type ByAgent<S> = Map<string, ByModel<S>>;
type ByName<S> = Map<string, ByAgent<S>>;

export interface SeriesIndex<S> {
  find(operation: string, name: string, agent: string, model: string): S;
  all(): readonly S[];
  /** How often there was no place. */
  overflowed(): number;
}

/** Finds what belongs to a label set without making a key of it, which would cost more than to count it. */
export function seriesIndex<S>(maxSeries: number, create: (labels: Labels) => S): SeriesIndex<S> {
  const operations = new Map<string, ByName<S>>();
  const all: S[] = [];
  let overflowed = 0;

  const place = (operation: string, name: string, agent: string, model: string): S => {
    const names = inMap(operations, operation, () => new Map());
    const agents = inMap(names, name, () => new Map());
    const models = inMap(agents, agent, () => new Map());
    return inMap(models, model, () => {
      const created = create({ operation, name, agent, model });
      all.push(created);
      return created;
    });
  };

  const make = (given: readonly [operation: string, name: string, agent: string, model: string]): S => {
    const [operation, name, agent, model] = given.map(short) as [string, string, string, string];
    const known = operations.get(operation)?.get(name)?.get(agent)?.get(model);
    if (known) return known;
    const isFull = !operations.has(operation) && operations.size >= MAX_OPERATIONS;
    const names = operations.get(operation);
    const areFull = isFull || (names !== undefined && !names.has(name) && names.size >= MAX_NAMES);
    if (!areFull && all.length < maxSeries) return place(operation, name, agent, model);
    overflowed++;
    // One more for each operation and name, of which there are few.
    return place(
      isFull ? OTHER : operation,
      areFull ? OTHER : name,
      agent === '' ? '' : OTHER,
      model === '' ? '' : OTHER,
    );
  };

  return {
    find: (operation, name, agent, model) =>
      operations.get(operation)?.get(name)?.get(agent)?.get(model) ?? make([operation, name, agent, model]),
    all: () => all,
    overflowed: () => overflowed,
  };
}

function inMap<V>(map: Map<string, V>, key: string, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = create()));
  return value;
}

/** A copy: a part of a long text would keep all of it. */
const short = (name: string): string =>
  name.length > MAX_NAME ? Buffer.from(name.slice(0, MAX_NAME)).toString() : name;
