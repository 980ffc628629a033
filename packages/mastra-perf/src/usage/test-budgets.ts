import { testClock, type TestClock } from '../base/test-clock.ts';
import { parseOptions } from '../base/parse-options.ts';
import type { PerfEvents } from '../events.ts';
import type { Middleware, ModelCall, Reply } from '../pipeline/call.ts';
import { compose } from '../pipeline/compose.ts';
import type { StreamPart } from '../pipeline/parts.ts';
import { callOf, type CallSettings, type TestModel } from '../pipeline/test-calls.ts';
import type { Ledger } from '../stores/ledger.ts';
import { createBudgets, type BudgetDeps, type Budgets } from './budget-guard.ts';
import type { BudgetOptions } from './budget-options.ts';
import { budgetsSchema } from './budget-schema.ts';
import { createPriceBook, type PriceBook } from './prices.ts';

/*
 * A guard in front of a model, for tests. Imported only by tests.
 */

/** Of the model `test/model`: input 1, output 10 dollars per million tokens. `test/cheap` costs a hundredth of it. */
export const testPrices = (clock: TestClock): PriceBook =>
  createPriceBook({
    clock,
    overrides: {
      'test/model': { inputPerMillion: 1, outputPerMillion: 10 },
      'test/cheap': { inputPerMillion: 0.01, outputPerMillion: 0.1 },
    },
    onUnpriced: () => undefined,
    fault: () => undefined,
    load: async () => ({ find: () => undefined }),
  });

let ids = 0;

export interface Guarded extends Budgets {
  readonly clock: TestClock;
  readonly ledger: Ledger;
  readonly events: Array<PerfEvents['budget']>;
  readonly faults: unknown[];
  readonly kinds: () => string[];
  ask(model: Pick<TestModel, 'invoke'>, settings?: CallSettings): Promise<Reply>;
  run(call: ModelCall): Promise<Reply>;
}

type Changes = Partial<Omit<BudgetDeps, 'budgets' | 'clock' | 'ledger'>> & {
  readonly clock?: TestClock;
  readonly before?: readonly Middleware[];
  readonly ledger?: Ledger;
};

export type MakeGuard = (budgets: readonly BudgetOptions[], changes?: Changes) => Guarded;

/** Guards on a ledger each, if they are not given one. */
export const guardsOn =
  (makeLedger: (clock: TestClock) => Ledger): MakeGuard =>
  (budgets, { clock = testClock(), before = [], ledger = makeLedger(clock), ...changes } = {}) => {
    const events: Array<PerfEvents['budget']> = [];
    const faults: unknown[] = [];
    const created = createBudgets({
      priceBook: testPrices(clock),
      random: () => 0,
      newId: () => `id${++ids}`,
      tell: (event) => void events.push(event),
      fault: (_where, error) => void faults.push(error),
      countInput: () => 1000, // so that sums are easy
      ...changes,
      clock,
      ledger,
      budgets: parseOptions(budgetsSchema(), budgets, 'usage.budgets'),
    });
    const run = compose([...before, created.guard], (_where, error) => void faults.push(error));
    return {
      ...created,
      clock,
      ledger,
      events,
      faults,
      kinds: () => events.map(({ kind, action }) => (action ? `${kind}:${action}` : kind)),
      run,
      ask: (model, settings) => run(callOf(model, settings)),
    };
  };

/** An answer that reports a usage. */
export const billed = (inputTokens: number, outputTokens: number, finishReason = 'stop'): StreamPart[] => [
  { type: 'stream-start', warnings: [] },
  { type: 'text-start', id: '0' },
  { type: 'text-delta', id: '0', delta: 'hello' },
  { type: 'text-end', id: '0' },
  { type: 'finish', finishReason, usage: { inputTokens, outputTokens } },
];
