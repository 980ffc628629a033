import type { Clock } from '../base/clock.ts';
import type { ModelCall, Reply } from '../pipeline/call.ts';
import { isAborted } from '../pipeline/failure.ts';
import type { AgentLimitSettings } from './options.ts';
import { createCallQueue, type CallQueue, type LimitEvent } from './call-queue.ts';
import type { RateGate } from './rate-gate.ts';
import type { Release, Slots } from './slots.ts';
import { throttledFor } from './throttled-for.ts';
import type { TokenEstimate, TokenEstimates } from './token-estimates.ts';
import { watchAnswer } from './watch-answer.ts';

/** The limits of one call. */
export interface CallLimits {
  readonly clock: Clock;
  readonly random: () => number;
  readonly settings: AgentLimitSettings;
  /** `'provider/model'`. */
  readonly model: string;
  /** The most specific key that is set for the model, or its name. */
  readonly rule: string;
  readonly countsTokens: boolean;
  readonly slots: Slots;
  readonly gate: RateGate;
  readonly estimates: TokenEstimates;
  /** How many calls of each agent wait. */
  readonly waiting: Map<string, number>;
  readonly isClosed: () => boolean;
  readonly tell: (event: LimitEvent) => void;
  readonly fault: (where: string, error: unknown) => void;
}

/** How long a provider is left alone that does not say it: a second, then twice as long each time. */
const FIRST_PAUSE_MS = 1000;
const MOST_PAUSE_MS = 20_000;
/** No less, whatever it says, so that a provider that says "now" each time is not asked without end. */
const LEAST_PAUSE_MS = 100;

/**
 * Waits for its turn, asks the model, and waits again where the provider has too much to do; until `maxWait` is over, then the
 * provider's own error is the caller's.
 */
export async function limitedCall(limits: CallLimits, call: ModelCall): Promise<Reply> {
  const queue = createCallQueue(limits, call);
  const release = await queue.slot();
  try {
    return await askUntilAnswered(limits, call, queue, release);
  } catch (error) {
    release();
    throw error;
  }
}

async function askUntilAnswered(
  limits: CallLimits,
  call: ModelCall,
  queue: CallQueue,
  release: Release,
): Promise<Reply> {
  const { countsTokens, estimates, model } = limits;
  let estimate: TokenEstimate | undefined;
  /** Told when its turn comes: until then, other answers have told more. */
  const tokens = (): number => {
    estimate = countsTokens ? estimates.of(model, call.request) : undefined;
    return estimate?.total ?? 0;
  };
  let refusal: { readonly error: unknown } | undefined;
  for (let attempt = 0; ; attempt++) {
    const turn = await queue.turn(tokens, refusal);
    try {
      const reply = await call.invoke(call.request, call.method);
      return watchAnswer(reply, { ...limits, call, turn, release, estimate });
    } catch (error) {
      turn.settle(0); // nobody bills a request that was not answered
      const pauseMs = pauseAfter(limits, call, error, attempt);
      if (pauseMs === undefined) throw error;
      limits.gate.pause(pauseMs);
      queue.tell('throttled', limits.rule, pauseMs);
      if (pauseMs > queue.leftMs()) throw error;
      refusal = { error };
    }
  }
}

function pauseAfter(
  { clock, random, isClosed }: CallLimits,
  { request }: ModelCall,
  error: unknown,
  attempt: number,
): number | undefined {
  if (isClosed() || isAborted(request.abortSignal)) return undefined;
  const throttled = throttledFor(error, clock.now());
  if (!throttled) return undefined;
  const doubled = 2 ** Math.min(attempt, 16);
  if (throttled.waitMs !== undefined) return Math.max(throttled.waitMs, LEAST_PAUSE_MS * doubled);
  return Math.min(FIRST_PAUSE_MS * doubled, MOST_PAUSE_MS) * (0.5 + random() / 2);
}
