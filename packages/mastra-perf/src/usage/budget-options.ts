import type { Duration } from '../base/duration.ts';
import type { ModelLike } from '../pipeline/model-proxy.ts';
import type { ModelPrice } from './options.ts';

/** Whom a budget is for: each resource, user, agent, model or value of a label has one of its own. */
export type BudgetScope =
  | 'total'
  | 'resource'
  | 'user'
  | 'agent'
  | 'model'
  | {
      /** Name of a label: each of its values has a budget of its own. */
      readonly label: string;
    };

/** Who asks, for limits that depend on it. */
export interface BudgetSubject {
  /** Id of the agent that was asked, also for what it asks others to do. */
  readonly agent: string;
  /** `'openai/gpt-4o-mini'` */
  readonly model: string;
  readonly resource?: string;
  readonly user?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * A number from 0, `Infinity` for none, or a function that returns one: tiers of customers. It is asked before every call
 * that reaches the model, so it must be quick; if it fails or returns something else, `onUnavailable` counts.
 */
export type BudgetLimit = number | ((subject: BudgetSubject) => number | Promise<number>);

/**
 * A limit that holds under concurrency: before a call its highest possible cost is reserved, after it the true cost takes
 * that place. Answers from the cache and shared answers cost nothing.
 */
export interface BudgetOptions {
  /**
   * Names its counters and stands in errors and events. Two budgets need two names.
   * @default made of the scope, the unit and the window: 'resource-usd-day'
   */
  readonly name?: string;
  /** Whom it is for: each of these has one of its own. */
  readonly per: BudgetScope;
  /** US dollars, up to 9 million. Exactly one limit must be given. */
  readonly limitUsd?: BudgetLimit;
  /** Input and output tokens together, cached ones too. */
  readonly limitTokens?: BudgetLimit;
  /** Calls that reach the model. */
  readonly limitCalls?: BudgetLimit;
  /**
   * A name is a window of the calendar: minutes and hours of UTC; days, weeks (from Monday) and months from midnight on in
   * `timezone`. A duration from `'1m'` to `'366d'` is a rolling window: what was spent counts for that time, or up to a
   * twelfth longer, so that no span of that length ever holds more than the limit. A call belongs to the moment of its begin.
   */
  readonly window: 'minute' | 'hour' | 'day' | 'week' | 'month' | Duration;
  /**
   * IANA name.
   * @default 'UTC'
   */
  readonly timezone?: string;
  /**
   * What becomes of a call that does not fit. `'block'`: a `BudgetExceededError`. `'warn'`: the event `budget`, and the call
   * goes on. `{ degrade: model }`: a cheaper model of the same specification answers, counted but no longer limited by this
   * budget: a second one with `'block'` is the hard end. `{ degrade: 'only-if-cached' }`: a stored answer, also an old one
   * as far as the cache's options allow, else the error.
   *
   * Before a call is refused, its answer may be bounded to what is left, down to 256 tokens.
   * @default 'block'
   */
  readonly onExceed?:
    | 'block'
    | 'warn'
    | {
        /** What answers instead: a cheaper model, or only what is stored. */
        readonly degrade: ModelLike | 'only-if-cached';
      };
  /**
   * When the ledger answers nobody for half a second, or only fails. What calls cost that were let through is charged as soon as it is back.
   * @default 'allow'
   */
  readonly onUnavailable?: 'allow' | 'block';
  /**
   * Calls of which the resource, user or label is not known share one budget, or are refused.
   * @default 'shared'
   */
  readonly onMissingIdentity?: 'shared' | 'block';
  /**
   * Shares of the limit that are told of once per window, as the event `budget` and to `budgetAlerts`; `[]` for none.
   * @default [0.5, 0.8, 1]
   */
  readonly alerts?: readonly number[];
  /**
   * Tells, as the event `budget` and to `budgetAlerts`, when the present hour of UTC has cost so many times a usual one: above
   * 1, up to 1000. The usual hour is the mean of those of the seven days before in which something was spent, so that nights
   * do not count. Told once per hour; never before something was spent a day ago and in six of these hours, all since this
   * is set, nor of less than a tenth of an hour's even share of the limit.
   * @default none
   * @example 3
   */
  readonly alertAtTimesUsual?: number;
}

/** What holds for all budgets. */
export interface BudgetRules {
  /**
   * What a dollar budget does with a model without a price: lets its calls pass, uncounted by that budget, with the event
   * `budget`; refuses them; or takes the price that the function returns (`undefined` lets them pass).
   * @default 'warn'
   */
  readonly onUnknownPrice?:
    | 'warn'
    | 'block'
    | ((model: { readonly provider: string; readonly modelId: string }) => ModelPrice | undefined);
  /**
   * Longest answer, in tokens, of a call that has a budget in dollars or tokens and says nothing of its own: without one, no
   * reservation is a bound. Reasoning counts. Old models take no more than the default; raise it for those that think.
   * @default 4096
   */
  readonly budgetMaxOutputTokens?: number;
  /** Who is told of thresholds and unusual hours, beside the listeners of the event `budget`. */
  readonly budgetAlerts?: BudgetAlertTargets;
}

/** Who is told of thresholds and unusual hours, beside the listeners of the event `budget`. What fails there never reaches a call. */
export interface BudgetAlertTargets {
  /** Gets the alert in this process. */
  readonly onAlert?: (alert: BudgetAlert) => void | Promise<void>;
  /**
   * Gets a POST with the alert as JSON. `x-mastra-perf-signature` is `v1=` and the HMAC-SHA256, in hex, of the header
   * `x-mastra-perf-timestamp` (seconds), a dot and the body. Repeated up to 5 times where it fails.
   */
  readonly webhook?: {
    /** Address of `http` or `https`. */
    readonly url: string;
    /** Key of the signature. */
    readonly secret: string;
  };
}

export type BudgetAlert = BudgetThresholdAlert | BudgetBurnRateAlert;

interface AlertHead {
  /** The same in every repetition. */
  readonly id: string;
  readonly budget: string;
  readonly scope?: string;
  readonly unit: BudgetUnit;
  readonly limit: number;
  /** ISO 8601; of a rolling window the earliest moment at which something is free again. */
  readonly resetsAt: string;
  readonly at: string;
}

/** A share of the limit is spent. */
export interface BudgetThresholdAlert extends AlertHead {
  readonly type: 'budget.threshold';
  readonly threshold: number;
  readonly spent: number;
}

/** An hour has cost `alertAtTimesUsual` times a usual one, or more. */
export interface BudgetBurnRateAlert extends AlertHead {
  readonly type: 'budget.burn-rate';
  /** As far as the hour has come. */
  readonly spentThisHour: number;
  readonly usualPerHour: number;
}

export type BudgetUnit = 'usd' | 'tokens' | 'calls';
