import type { Clock } from '../base/clock.ts';
import { isPerfError } from '../errors.ts';
import type { Middleware, ModelCall, Reply } from '../pipeline/call.ts';
import { isAborted } from '../pipeline/failure.ts';
import type { Ledger } from '../stores/ledger.ts';
import { admission } from './budget-admission.ts';
import { budgetAlerts } from './budget-alerts.ts';
import { appliedBudgets } from './budget-applied.ts';
import { carrier } from './budget-carry.ts';
import type { CountInput } from './budget-estimate.ts';
import { budgetHolds } from './budget-holds.ts';
import type { BudgetRules } from './budget-options.ts';
import { budgetOwed } from './budget-owed.ts';
import { budgetPlans } from './budget-plan.ts';
import { budgetRefusals } from './budget-refusals.ts';
import { reservation } from './budget-reserve.ts';
import type { Budget } from './budget-schema.ts';
import { refusal, type TellBudget } from './budget-told.ts';
import { budgetStandings, type BudgetStandings } from './budget-standings.ts';
import { budgetWebhook } from './budget-webhook.ts';
import type { PriceBook } from './prices.ts';

export interface BudgetDeps extends BudgetRules {
  readonly budgets: readonly Budget[];
  readonly ledger: Pick<Ledger, 'reserve' | 'extend' | 'settle' | 'release' | 'budgets'>;
  readonly priceBook: PriceBook;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** A new id, unlike any other of all processes. */
  readonly newId: () => string;
  readonly tell: TellBudget;
  readonly fault: (where: string, error: unknown) => void;
  /** @default none */
  readonly labelsOf?: (call: ModelCall) => Readonly<Record<string, string>>;
  /** A bound on the tokens of the input. @default its bytes, and what is added */
  readonly countInput?: CountInput;
  /** A stored answer to a call, however old it may be given. @default none */
  readonly fromCache?: (call: ModelCall) => Promise<Reply | undefined>;
  /** How long a ledger answers nobody before `onUnavailable` counts. @default 500 */
  readonly timeoutMs?: number;
  /** Whether the ledger cannot answer yet, since this process is only connecting to it. @default never */
  readonly isOpening?: () => boolean;
  /** Reservations of a process that died come free after this. @default 2 min */
  readonly holdMs?: number;
  readonly fetch?: typeof globalThis.fetch;
}

export interface Budgets {
  /** Behind the cache and coalescing, around what counts the spending: only what reaches the model is reserved. */
  readonly guard: Middleware;
  /** How far budgets are used, as far as this process knows of them. */
  readonly standings: BudgetStandings['read'];
  /** Resolves when all that has ended is settled, or the ledger did not take it, and alerts are told. */
  flush(): Promise<void>;
  /** Whether the ledger is still to be told of a call that has ended. */
  isPending(): boolean;
  /** Ends the repetitions: what fails is not tried again, and what is held expires. */
  stop(): void;
}

const NAME = 'usage.budgets';
const TIMEOUT_MS = 500;
/** Of what nobody waits for. */
const WRITE_MS = 5000;
const HOLD_MS = 120_000;
/** A call keeps its reservation for so long, and may be billed by so much later than it was reserved. */
const CALL_MS = 3_600_000;
const MAX_OUTPUT_TOKENS = 4096;

/** Limits on what calls may spend. */
export function createBudgets(deps: BudgetDeps): Budgets {
  const { budgets, ledger, priceBook, clock, random, newId, tell } = deps;
  const { timeoutMs = TIMEOUT_MS, holdMs = HOLD_MS, onUnknownPrice, budgetAlerts: targets } = deps;
  const refusals = budgetRefusals(clock);
  const owed = budgetOwed({ ledger, clock, random, timeoutMs: WRITE_MS, tell });
  const holds = budgetHolds({ ledger, clock, timeoutMs: WRITE_MS, holdMs, callMs: CALL_MS });
  const webhook = targets?.webhook && budgetWebhook({ ...deps, ...targets.webhook });
  const alerts = budgetAlerts({ ...deps, timeoutMs: WRITE_MS, onAlert: targets?.onAlert, webhook });
  const labelsOf = deps.labelsOf ?? (() => ({}));
  const apply = appliedBudgets({ budgets, clock, labelsOf, timeoutMs, tell });
  const standings = budgetStandings(deps);
  const plans = budgetPlans({
    apply: async (call) => standings.remember(await apply(call)),
    priceBook,
    countInput: deps.countInput,
    maxOutputTokens: deps.budgetMaxOutputTokens ?? MAX_OUTPUT_TOKENS,
    onUnknownPrice: onUnknownPrice === 'block' ? 'block' : 'warn',
    callMs: CALL_MS,
    tell,
  });
  const admit = admission({
    plans,
    reserve: reservation({
      ledger,
      refusals,
      owed,
      clock,
      random,
      newId,
      timeoutMs,
      isOpening: deps.isOpening ?? (() => false),
      holdMs,
      tell,
    }),
    fromCache: deps.fromCache ?? (async () => undefined),
    onExceeded: alerts.exceeded,
    tell,
  });
  const fault = (error: unknown): void => deps.fault(NAME, error);
  const { carry, giveUp } = carrier({ priceBook, holds, owed, refusals, alerts, tell, fault });
  const strict = budgets.find(({ onUnavailable }) => onUnavailable === 'block');

  /** What fails here is left out of the call by whoever runs it, unless a budget must not be left out. */
  const admitted = async (call: ModelCall): ReturnType<typeof admit> => {
    try {
      return await admit(call);
    } catch (error) {
      if (isPerfError(error) || !strict) throw error;
      fault(error);
      throw refusal(strict, 'unavailable', undefined, {}, error);
    }
  };

  return {
    guard: {
      name: NAME,
      async run(call, next) {
        const { abortSignal } = call.request;
        abortSignal?.throwIfAborted();
        const answer = await admitted(call);
        if (!answer) return next();
        if ('reply' in answer) {
          call.facts.unlike = 'stored already';
          return answer.reply;
        }
        if (isAborted(abortSignal)) giveUp(answer.permit);
        abortSignal?.throwIfAborted();
        return carry(call, answer.permit, next);
      },
    },
    standings: standings.read,
    async flush() {
      await owed.flush();
      await alerts.flush();
    },
    isPending: () => owed.size() > 0,
    stop() {
      owed.stop();
      holds.stop();
    },
  };
}
