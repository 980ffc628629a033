import { askItems, type AskContext, type AskDeps, type Asked } from './ask-items.ts';
import { memoryOf } from './batch-agent.ts';
import type { BatchItem } from './batch-item.ts';
import type { BatchSlots } from './batch-slots.ts';
import { deliver, type DeliverDeps } from './deliver.ts';
import type { ExchangeClock, ExchangeTimes } from './exchange-times.ts';
import { isOfTheItems } from './is-of-the-items.ts';
import type { BatchScope } from './options.ts';
import type { ThreadOrder } from './thread-order.ts';
import { orLeft, untilAllLeft } from './until-all-left.ts';

export interface RunDeps<T> extends AskDeps<T>, DeliverDeps {
  readonly slots: BatchSlots;
  readonly order: ThreadOrder;
  readonly times: ExchangeClock;
  readonly usesMemory: boolean;
  readonly requestContext: ((batch: BatchScope) => object | undefined) | undefined;
  /** So many items are asked for once more. */
  readonly onRetry: (items: number) => void;
}

/** What all calls of a batch have in common. */
interface Run<T> {
  readonly memory: AskContext['memory'];
  /** Empty without a memory. */
  readonly times: ReadonlyMap<BatchItem<T>, ExchangeTimes>;
}

/**
 * Asks for items of one key together; those that have no valid answer alone, once. Settles every item; never rejects.
 */
export async function runBatch<T>(items: readonly BatchItem<T>[], deps: RunDeps<T>): Promise<void> {
  const turn = deps.order.join(items.map(({ threadId }) => threadId));
  try {
    const run = await begin(items, turn.before, deps);
    const { asked, again } = await firstCall(items, run, deps);
    deps.onRetry(again.length);
    // Who has to be asked for again does not wait until the others are stored.
    await Promise.all([
      deliver(asked, run.memory, run.times, deps),
      ...again.map((item) => lastCall(item, run, deps)),
    ]);
  } catch (error) {
    failAll(items, error);
  } finally {
    turn.leave();
  }
}

async function begin<T>(
  items: readonly BatchItem<T>[],
  before: Promise<void>,
  { agent, usesMemory, times, requestContext }: RunDeps<T>,
): Promise<Run<T>> {
  const left = untilAllLeft(items);
  const memory = usesMemory
    ? await orLeft(
        memoryOf(agent, () => requestContext?.(scopeOf(items))),
        left,
      )
    : undefined;
  if (!memory) return { memory, times: new Map() };
  // What came before in these threads is stored before they are read again.
  await orLeft(before, left);
  const given = items.map((item) => [item, times.next(item.threadId, item.arrivedAt)] as const);
  return { memory, times: new Map(given) };
}

async function firstCall<T>(items: readonly BatchItem<T>[], run: Run<T>, deps: RunDeps<T>) {
  try {
    const asked = await call(items, run, deps);
    const again = asked.flatMap(({ item, outcome }) => (typeof outcome === 'string' ? [item] : []));
    return { asked, again: again.filter(({ isOver }) => !isOver) };
  } catch (error) {
    const left = items.filter(({ isOver }) => !isOver);
    if (items.length === 1 || !isOfTheItems(error)) throw error;
    return { asked: [], again: left };
  }
}

async function lastCall<T>(item: BatchItem<T>, run: Run<T>, deps: RunDeps<T>): Promise<void> {
  try {
    const asked = await call([item], run, deps);
    for (const { outcome } of asked) if (typeof outcome === 'string') item.fail(outcome, PROBLEMS[outcome]);
    await deliver(asked, run.memory, run.times, deps);
  } catch (error) {
    failAll([item], error);
  }
}

const PROBLEMS = {
  unanswered: 'the model did not answer it, also when it was asked for alone',
  invalid: 'its answer is not of the schema, also when it was asked for alone',
} as const;

function call<T>(all: readonly BatchItem<T>[], { memory }: Run<T>, deps: RunDeps<T>): Promise<Asked<T>[]> {
  return deps.slots.run(async () => {
    const items = all.filter(({ isOver }) => !isOver);
    if (items.length === 0) return [];
    const scope = scopeOf(items);
    return askItems(items, { scope, memory, requestContext: deps.requestContext?.(scope) }, deps);
  });
}

function failAll<T>(items: readonly BatchItem<T>[], error: unknown): void {
  const problem = `the agent failed: ${error instanceof Error ? error.message : String(error)}`;
  for (const item of items) item.fail('failed', problem, error);
}

function scopeOf<T>(items: readonly BatchItem<T>[]): BatchScope {
  const threadId = onlyOne(items.map((item) => item.threadId));
  const resource = onlyOne(items.map((item) => item.resource));
  return {
    key: items[0]?.key ?? '',
    ...(threadId !== undefined && { threadId }),
    ...(resource !== undefined && { resource }),
  };
}

function onlyOne(values: readonly string[]): string | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : undefined;
}
