import type { OutcomeName } from '../pipeline/call.ts';
import type { RangeQuery } from './metrics-query.ts';
import { STEP_MS, type Cell, type Labels, type Recorder } from './recorder.ts';
import { Sketch } from './sketch.ts';

/*
 * What one process has for a query, in a form that can be added to that of another one.
 */

export const OUTCOMES = [
  'miss',
  'hit',
  'stale',
  'shared',
  'bypass',
  'semantic',
] as const satisfies readonly OutcomeName[];
export const DISTRIBUTIONS = ['call', 'firstChunk', 'cachedCall', 'tokensPerSecond'] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

export interface CallsPart {
  readonly outcomes: Record<OutcomeName, number>;
  errors: number;
  aborted: number;
  readonly values: Partial<Record<Distribution, Sketch>>;
}

export interface GroupPart {
  readonly agent: string;
  readonly model: string;
  readonly calls: CallsPart;
}

export interface OperationPart {
  readonly operation: string;
  readonly name: string;
  count: number;
  errors: number;
  readonly values: Sketch;
}

export interface RangePart {
  /** By the place of the bucket in the range. */
  readonly buckets: Map<number, CallsPart>;
  readonly groups: Map<string, GroupPart>;
  readonly operations: Map<string, OperationPart>;
  readonly agents: Set<string>;
  readonly models: Set<string>;
  overflowed: number;
}

export const emptyCalls = (): CallsPart => ({
  outcomes: { miss: 0, hit: 0, stale: 0, shared: 0, bypass: 0, semantic: 0 },
  errors: 0,
  aborted: 0,
  values: {},
});
export const emptyPart = (): RangePart => ({
  buckets: new Map(),
  groups: new Map(),
  operations: new Map(),
  agents: new Set(),
  models: new Set(),
  overflowed: 0,
});

/** What is measured of model calls; all else is an operation. */
export const OF_CALLS = new Set(['call', 'first_chunk', 'tokens_per_second']);

export const isFromCache = (outcome: string): boolean =>
  outcome === 'hit' || outcome === 'stale' || outcome === 'semantic';

const isOutcome = (name: string): name is OutcomeName => (OUTCOMES as readonly string[]).includes(name);

function distributionOf(operation: string, name: OutcomeName): Distribution | undefined {
  const isCached = name === 'hit' || name === 'stale' || name === 'semantic';
  if (operation === 'call') return isCached ? 'cachedCall' : 'call';
  if (isCached) return undefined;
  return operation === 'first_chunk' ? 'firstChunk' : 'tokensPerSecond';
}

/** Adds one cell of calls. */
function addCall(to: CallsPart, { operation, name }: Labels, cell: Cell): void {
  if (!isOutcome(name)) return;
  if (operation === 'call') {
    to.outcomes[name] += cell.count;
    to.errors += cell.errors;
    to.aborted += cell.aborted;
  }
  const distribution = distributionOf(operation, name);
  if (distribution && cell.values.count > 0) (to.values[distribution] ??= new Sketch()).merge(cell.values);
}

export function addCalls(to: CallsPart, from: CallsPart): void {
  for (const name of OUTCOMES) to.outcomes[name] += from.outcomes[name];
  to.errors += from.errors;
  to.aborted += from.aborted;
  for (const name of DISTRIBUTIONS) {
    const values = from.values[name];
    if (values) (to.values[name] ??= new Sketch()).merge(values);
  }
}

export const callsIn = ({ outcomes }: CallsPart): number =>
  OUTCOMES.reduce((sum, name) => sum + outcomes[name], 0);

const keyOf = (...names: readonly string[]): string => JSON.stringify(names);

export function bucketIn(part: RangePart, at: number): CallsPart {
  return found(part.buckets, at, emptyCalls);
}
export function groupIn(part: RangePart, agent: string, model: string): GroupPart {
  return found(part.groups, keyOf(agent, model), () => ({ agent, model, calls: emptyCalls() }));
}
export function operationIn(part: RangePart, operation: string, name: string): OperationPart {
  return found(part.operations, keyOf(operation, name), () => ({
    operation,
    name,
    count: 0,
    errors: 0,
    values: new Sketch(),
  }));
}

function found<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const value = map.get(key) ?? create();
  map.set(key, value);
  return value;
}

/** What this process has for a query. */
export function collectRange(recorder: Recorder, { from, to, step, agent, model }: RangeQuery): RangePart {
  const part = emptyPart();
  part.overflowed = recorder.overflowed();
  for (let start = from, at = 0; start < to; start += STEP_MS[step], at++) {
    recorder.window(step, start, (labels, cell) => {
      if (!OF_CALLS.has(labels.operation)) return addOperation(part, labels, cell);
      part.agents.add(labels.agent);
      part.models.add(labels.model);
      if ((agent ?? labels.agent) !== labels.agent || (model ?? labels.model) !== labels.model) return;
      addCall(bucketIn(part, at), labels, cell);
      addCall(groupIn(part, labels.agent, labels.model).calls, labels, cell);
    });
  }
  return part;
}

export function addOperation(part: RangePart, { operation, name }: Labels, cell: Cell): void {
  const to = operationIn(part, operation, name);
  to.count += cell.count;
  to.errors += cell.errors;
  to.values.merge(cell.values);
}

export function addPart(to: RangePart, from: RangePart): void {
  for (const [at, calls] of from.buckets) addCalls(bucketIn(to, at), calls);
  for (const { agent, model, calls } of from.groups.values())
    addCalls(groupIn(to, agent, model).calls, calls);
  for (const { operation, name, count, errors, values } of from.operations.values()) {
    const sum = operationIn(to, operation, name);
    sum.count += count;
    sum.errors += errors;
    sum.values.merge(values);
  }
  for (const agent of from.agents) to.agents.add(agent);
  for (const model of from.models) to.models.add(model);
  to.overflowed += from.overflowed;
}
