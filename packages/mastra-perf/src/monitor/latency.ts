import type { Clock } from '../base/clock.ts';
import type { Events } from '../events.ts';
import type { CallFacts, Middleware, ModelCall } from '../pipeline/call.ts';
import { endingOf } from '../pipeline/ending.ts';
import { finishUsage } from '../pipeline/finish-usage.ts';
import { modelName } from '../pipeline/model-name.ts';
import { observe, type EndStatus } from '../pipeline/observe.ts';
import { isFromModel } from '../pipeline/outcome.ts';
import { isContent, isFinish, type FinishPart } from '../pipeline/parts.ts';
import { readUsage } from '../pipeline/usage.ts';
import type { LatencySettings } from './options.ts';
import type { Recorder } from './recorder.ts';

export interface LatencyDeps {
  /** Settings of the agent that calls; `false` when its calls are not timed. */
  readonly settingsOf: (call: ModelCall) => LatencySettings | false;
  readonly clock: Clock;
  readonly record: Recorder['record'];
  /** Given how a call is answered as soon as that is known; returns nothing that could fail it. */
  readonly mark?: (call: ModelCall) => void;
  readonly events: Pick<Events, 'emit'>;
  readonly fault: (where: string, error: unknown) => void;
}

const NAME = 'latency';

/** Outermost: times a call from its beginning to its last part, and tells its end as the event `call`. */
export function latency({ settingsOf, clock, record, mark, events, fault }: LatencyDeps): Middleware {
  const tell = (
    call: ModelCall,
    status: EndStatus,
    ms: number,
    firstPartMs?: number,
    finish?: FinishPart,
  ): void => {
    const { method, caller, facts } = call;
    const { agent } = caller;
    const model = modelName(call.model.provider, call.model.modelId);
    const outcome = facts.outcome.name;
    record('call', outcome, agent, model, ms, status);
    if (firstPartMs !== undefined) record('first_chunk', outcome, agent, model, firstPartMs);
    const rate = status === 'ok' && finish ? tokensPerSecond(facts, finish, ms) : undefined;
    if (rate !== undefined) record('tokens_per_second', outcome, agent, model, rate);
    events.emit('call', {
      agent,
      model,
      outcome,
      method,
      status,
      ms,
      ...(firstPartMs !== undefined && { firstPartMs }),
    });
  };

  const markCall = (call: ModelCall): void => {
    try {
      mark?.(call);
    } catch (error) {
      fault(NAME, error);
    }
  };

  return {
    name: NAME,
    async run(call, next) {
      if (settingsOf(call) === false) return next();
      const begun = clock.monotonic();
      let reply;
      try {
        reply = await next();
      } catch (error) {
        tell(call, endingOf(call, 'error', false), clock.monotonic() - begun);
        throw error;
      } finally {
        markCall(call);
      }
      let finish: FinishPart | undefined;
      let firstPartMs: number | undefined;
      const parts = observe(
        reply.parts,
        {
          part(part) {
            if (isFinish(part)) finish = part;
            else if (call.method === 'stream' && firstPartMs === undefined && isContent(part))
              firstPartMs = clock.monotonic() - begun;
          },
          end: (status) =>
            tell(
              call,
              endingOf(call, status, finish !== undefined),
              clock.monotonic() - begun,
              firstPartMs,
              finish,
            ),
        },
        (error) => fault(NAME, error),
      );
      return { ...reply, parts };
    },
  };
}

/** Of the whole call, so that it is the same for answers that are streamed and that are not. */
function tokensPerSecond({ outcome }: CallFacts, finish: FinishPart, ms: number): number | undefined {
  if (!isFromModel(outcome) || ms <= 0) return undefined;
  const tokens = readUsage(finishUsage(finish))?.outputTokens;
  return tokens ? (tokens * 1000) / ms : undefined;
}
