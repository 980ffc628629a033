import type { StartedProcess } from '../processes/start-process.ts';
import type { ProviderLogEntry } from '../simulated-provider/provider-log.ts';

/** A process whose agent asks the simulated provider, within a budget that it shares with others. */
export interface Spender extends Pick<StartedProcess, 'kill' | 'exited'> {
  /** Calls at the same time. Tells the errors by name. */
  burst(calls: { readonly question: string; readonly count: number }): Promise<{
    readonly errors: Readonly<Record<string, number>>;
  }>;
  /** Resolves when all that has ended is settled. */
  flush(): Promise<void>;
}

export interface SpenderSettings {
  readonly name: string;
  readonly providerUrl: string;
  /** Of `createPerf()`, without the store. */
  readonly options: {
    readonly cache: false;
    readonly coalesce: false;
    readonly usage: {
      readonly prices: Readonly<Record<string, typeof RATE>>;
      readonly budgetMaxOutputTokens: number;
      readonly budgets: ReadonlyArray<{
        readonly per: 'total';
        readonly limitUsd: number;
        readonly window: 'month';
      }>;
    };
  };
  /** Reservations hold for so long, whatever is asked for. */
  readonly holdMs?: number;
}

/** All of them share a store. */
export type StartSpender = (settings: SpenderSettings) => Promise<Spender>;

/** Dollars per million tokens. */
const RATE = { inputPerMillion: 20, outputPerMillion: 100 };
const MAX_OUTPUT = 100;

/** Of 80 tokens, so that a budget is spent by few calls. */
export const ANSWER = 'word '.repeat(80);

/** The most that a call can reserve, in nano-dollars: the longest answer, and less than 1,500 bytes of question and what is added to it. */
export const RESERVATION = 1500 * 20_000 + MAX_OUTPUT * 100_000;

export const optionsOf = (limitUsd: number): SpenderSettings['options'] => ({
  cache: false,
  coalesce: false,
  usage: {
    prices: { '*': RATE },
    budgetMaxOutputTokens: MAX_OUTPUT,
    budgets: [{ per: 'total', limitUsd, window: 'month' }],
  },
});

/** In nano-dollars. */
export const billed = (entries: readonly ProviderLogEntry[]): number =>
  entries.reduce(
    (sum, { inputTokens, outputTokens }) => sum + inputTokens * 20_000 + outputTokens * 100_000,
    0,
  );
