import type { Clock } from '../base/clock.ts';
import type { Events } from '../events.ts';
import type { Middleware, ModelCall } from '../pipeline/call.ts';
import { endingOf } from '../pipeline/ending.ts';
import { modelName } from '../pipeline/model-name.ts';
import { observe, type EndStatus } from '../pipeline/observe.ts';
import { isContent, isFinish } from '../pipeline/parts.ts';
import { createLatencyRecorder, type LatencySeries } from './latency-series.ts';
import type { LatencySettings } from './options.ts';

export interface LatencyDeps {
  /** Settings of the agent that calls; `false` when its calls are not timed. */
  readonly settingsOf: (call: ModelCall) => LatencySettings | false;
  readonly clock: Clock;
  readonly events: Events;
  readonly fault: (where: string, error: unknown) => void;
}

/** `perf.metrics.snapshot()`: plain JSON, since the start of the process. */
export interface LatencySnapshot {
  /** The series with the most calls first. */
  readonly series: readonly LatencySeries[];
  /** Calls of models of specification v1, which pass the plugin by and are only counted. */
  readonly legacyCalls: number;
}

export interface Latency {
  /** Outermost: times a call from its beginning to its last part, and tells its end as the event `call`. */
  readonly measure: Middleware;
  countLegacy(): void;
  snapshot(): LatencySnapshot;
}

const NAME = 'latency';

export function createLatency({ settingsOf, clock, events, fault }: LatencyDeps): Latency {
  const recorder = createLatencyRecorder();
  let legacyCalls = 0;

  const tell = (call: ModelCall, status: EndStatus, ms: number, firstPartMs: number | undefined): void => {
    const { agent } = call.caller;
    const model = modelName(call.model.provider, call.model.modelId);
    const outcome = call.facts.outcome.name;
    recorder.add(agent, model, outcome === 'hit' || outcome === 'stale' ? 'cache' : 'model', {
      status,
      ms,
      firstPartMs,
    });
    const { method } = call;
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

  const measure: Middleware = {
    name: NAME,
    async run(call, next) {
      if (settingsOf(call) === false) return next();
      const begun = clock.monotonic();
      let reply;
      try {
        reply = await next();
      } catch (error) {
        tell(call, endingOf(call, 'error', false), clock.monotonic() - begun, undefined);
        throw error;
      }
      let finished = false;
      let firstPartMs: number | undefined;
      const parts = observe(
        reply.parts,
        {
          part(part) {
            if (isFinish(part)) finished = true;
            else if (call.method === 'stream' && firstPartMs === undefined && isContent(part))
              firstPartMs = clock.monotonic() - begun;
          },
          end: (status) =>
            tell(call, endingOf(call, status, finished), clock.monotonic() - begun, firstPartMs),
        },
        (error) => fault(NAME, error),
      );
      return { ...reply, parts };
    },
  };

  return {
    measure,
    countLegacy: () => void legacyCalls++,
    snapshot: () => ({ series: recorder.series(), legacyCalls }),
  };
}
