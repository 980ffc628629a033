import { isPerfError } from '../errors.ts';
import type { ModelCall } from '../pipeline/call.ts';
import { isAborted } from '../pipeline/failure.ts';
import type { CallLimits } from './limited-call.ts';
import { LIMIT_DEFAULTS } from './options.ts';
import type { Turn } from './rate-gate.ts';
import { RateLimitedError } from './rate-limited-error.ts';
import type { Release } from './slots.ts';
import type { Waiting } from './waiting-turns.ts';

/** A limit took effect. */
export interface LimitEvent {
  readonly kind: 'waited' | 'refused' | 'throttled';
  /** `'concurrency'`, `'maxQueue'`, or the provider or model it is set for. */
  readonly limit: string;
  readonly agent: string;
  readonly model: string;
  readonly waitMs: number;
}

/** The waiting of one call, all of it together. */
export interface CallQueue {
  slot(): Promise<Release>;
  /** With the error of a provider, the call was asked before: it is the first to try again, and that is what it fails with. */
  turn(tokens: () => number, refusal: { readonly error: unknown } | undefined): Promise<Turn>;
  /** How long it may still wait. */
  leftMs(): number;
  tell(kind: LimitEvent['kind'], limit: string, waitMs: number): void;
}

/** Where nobody knows how long it takes. */
const RETRY_AFTER_MS = 1000;
const NO_SLOT: Release = () => undefined;

export function createCallQueue(limits: CallLimits, call: ModelCall): CallQueue {
  const { clock, settings, model, slots, gate, waiting, rule } = limits;
  const { maxQueue, maxWait, priority } = { ...LIMIT_DEFAULTS, ...settings };
  const { agent } = call.caller;
  const signal = call.request.abortSignal;
  const deadline = clock.monotonic() + maxWait;
  let queuedMs = 0;

  const tell: CallQueue['tell'] = (kind, limit, waitMs) => limits.tell({ kind, limit, agent, model, waitMs });
  const refuse = (limit: string, why: string, retryAfterMs = RETRY_AFTER_MS): RateLimitedError => {
    tell('refused', limit, retryAfterMs);
    return new RateLimitedError({ limit, agent, model, retryAfterMs }, why);
  };
  const waitingFor = (limit: string, isBack: boolean): Waiting => ({
    priority: call.overrides.priority ?? priority,
    signal,
    deadline,
    isBack,
    refusal: (waitMs) =>
      waitMs === undefined
        ? refuse(limit, `it waited for ${maxWait} ms (maxWait)`)
        : refuse(
            limit,
            `it would wait for ${Math.ceil(waitMs)} ms more, beyond its ${maxWait} ms (maxWait)`,
            waitMs,
          ),
  });

  /** Counts who waits, and for how long. */
  const during = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
    const others = waiting.get(agent) ?? 0;
    if (others >= maxQueue) throw refuse('maxQueue', `${others} others wait already`);
    waiting.set(agent, others + 1);
    const from = clock.monotonic();
    try {
      const result = await work();
      const waitedMs = clock.monotonic() - from;
      queuedMs += waitedMs;
      return [result, waitedMs];
    } finally {
      const left = (waiting.get(agent) ?? 1) - 1;
      if (left > 0) waiting.set(agent, left);
      else waiting.delete(agent);
    }
  };
  const waited = (limit: string, waitMs: number): void => {
    call.facts.queuedMs = queuedMs;
    tell('waited', limit, waitMs);
  };
  return {
    async slot() {
      const { concurrency } = settings;
      if (concurrency === undefined) return NO_SLOT;
      const [slot, waitMs] = await during(() =>
        slots.enter(agent, concurrency, waitingFor('concurrency', false)),
      );
      if (slot.waited) waited('concurrency', waitMs);
      return slot.release;
    },
    async turn(tokens, refusal) {
      try {
        const [turn, waitMs] = await during(() =>
          gate.enter(tokens, waitingFor(rule, refusal !== undefined)),
        );
        if (turn.waited) waited(rule, waitMs);
        return turn;
      } catch (error) {
        throw refusal && !isAborted(signal) && isPerfError(error) ? refusal.error : error;
      }
    },
    leftMs: () => deadline - clock.monotonic(),
    tell,
  };
}
