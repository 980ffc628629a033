import type { Clock } from '../base/clock.ts';
import type { Middleware, ModelCall, Reply } from '../pipeline/call.ts';
import { modelName } from '../pipeline/model-name.ts';
import type { Rates } from '../stores/rates.ts';
import type { LimitEvent } from './call-queue.ts';
import { failOpen } from './fail-open.ts';
import { limitedCall } from './limited-call.ts';
import { modelRules } from './model-rules.ts';
import type { AgentLimitSettings, ModelLimitSettings } from './options.ts';
import { createRateGate, type RateGate } from './rate-gate.ts';
import { createSlots } from './slots.ts';
import { tokenEstimates } from './token-estimates.ts';

export interface LimitDeps {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** What providers allow, by the keys of the options. */
  readonly models: Readonly<Record<string, ModelLimitSettings>>;
  /** Settings of the agent that calls; `false` when limits are off for it. */
  readonly settingsOf: (call: ModelCall) => AgentLimitSettings | false;
  /** That processes share; absent without a store that has them. Rejects at once while the store is away. */
  readonly shared: Rates | undefined;
  /** Rates of this process alone. */
  readonly own: Rates;
  readonly tell: (event: LimitEvent) => void;
  readonly fault: (where: string, error: unknown) => void;
}

export interface Limits {
  readonly middleware: Middleware;
  /** Calls that wait go on, and later ones do not wait. */
  close(): void;
}

/** Models that nobody asks any more are forgotten when there are more. */
const MOST_GATES = 1000;

/**
 * Calls above a limit wait for their turn: first for a slot of their agent, then for what the provider allows. A provider that says
 * "too many" all the same is left alone for as long as it says, and the call waits once more.
 */
export function createLimits(deps: LimitDeps): Limits {
  const { clock, models, settingsOf, fault } = deps;
  const rulesOf = modelRules(models);
  const slots = createSlots(clock);
  const estimates = tokenEstimates();
  const gates = new Map<string, RateGate>();
  const waiting = new Map<string, number>();
  let isClosed = false;
  const ownFault = (error: unknown): void => fault('limits', error);
  const tell = (event: LimitEvent): void => {
    try {
      deps.tell(event);
    } catch (error) {
      ownFault(error);
    }
  };

  const forgetIdle = (): void => {
    for (const [key, gate] of gates) if (gate.isIdle()) gates.delete(key);
  };
  /** Models for which the same rules hold stand in one line. */
  const gateOf = (name: string, rules: ReturnType<typeof rulesOf>): RateGate => {
    const key = rules.length > 0 ? rules.map((rule) => rule.key).join(' ') : name;
    const known = gates.get(key);
    if (known) return known;
    if (gates.size >= MOST_GATES) forgetIdle();
    const gate = createRateGate(rules, name, { ...deps, fault: ownFault });
    gates.set(key, gate);
    return gate;
  };

  return {
    middleware: {
      name: 'limits',
      async run(call, next) {
        const settings = isClosed ? false : settingsOf(call);
        if (settings === false) return next();
        const rules = rulesOf(call.model);
        const model = modelName(call.model.provider, call.model.modelId);
        const limits = {
          ...deps,
          tell,
          settings,
          model,
          rule: rules[0]?.key ?? model,
          countsTokens: rules.some(({ tokens }) => tokens),
          slots,
          gate: gateOf(model, rules),
          estimates,
          waiting,
          isClosed: () => isClosed,
        };
        const work = (one: ModelCall): Promise<Reply> => limitedCall(limits, one);
        return next({
          ...call,
          invoke: (request, method) => failOpen({ ...call, request, method }, work, ownFault),
        });
      },
    },
    close() {
      isClosed = true;
      slots.open();
      for (const gate of gates.values()) gate.open();
      gates.clear();
    },
  };
}
