import type { EndStatus } from '../pipeline/observe.ts';
import { createDistribution, type Percentiles } from './distribution.ts';

/** What a call waited for: a model (a miss, a bypass, or a call that shared one) or the cache. */
export type AnsweredFrom = 'model' | 'cache';

/** Latency of the calls of one agent to one model. Plain JSON. */
export interface LatencySeries {
  readonly agent: string;
  /** `'provider/model'`. */
  readonly model: string;
  readonly from: AnsweredFrom;
  /** Calls that have ended, whatever the way. */
  readonly count: number;
  /** Those of `count` that failed. */
  readonly errors: number;
  /** Those of `count` that their caller gave up. */
  readonly aborted: number;
  /** From the call to the last part, of calls that ended well; absent when none did. */
  readonly ms?: Percentiles;
  /** From the call to the first part with content, of streams; absent when there was none. */
  readonly firstPartMs?: Percentiles;
}

export interface Sample {
  readonly status: EndStatus;
  readonly ms: number;
  readonly firstPartMs?: number | undefined;
}

export interface LatencyRecorder {
  add(agent: string, model: string, from: AnsweredFrom, sample: Sample): void;
  series(): LatencySeries[];
}

/** Two distributions of 36 kB each, so that all together stay below 20 MB. */
const MAX_SERIES = 256;

/** Stands for the agent and the model of what came after the last series was given away. */
const OTHER = '(other)';

export function createLatencyRecorder(maxSeries: number = MAX_SERIES): LatencyRecorder {
  const all = new Map<string, ReturnType<typeof createSeries>>();
  const keyOf = (agent: string, model: string, from: AnsweredFrom): string => `${agent}\n${model}\n${from}`;

  const create = (agent: string, model: string, from: AnsweredFrom) => {
    const created = createSeries(agent, model, from);
    all.set(keyOf(agent, model, from), created);
    return created;
  };

  const find = (agent: string, model: string, from: AnsweredFrom) => {
    const known = all.get(keyOf(agent, model, from));
    if (known) return known;
    // The last two places are for what does not find one, from the model and from the cache.
    if (all.size < maxSeries - 2) return create(agent, model, from);
    return all.get(keyOf(OTHER, OTHER, from)) ?? create(OTHER, OTHER, from);
  };

  return {
    add: (agent, model, from, sample) => find(agent, model, from).add(sample),
    series: () => Array.from(all.values(), (one) => one.read()).toSorted((a, b) => b.count - a.count),
  };
}

function createSeries(agent: string, model: string, from: AnsweredFrom) {
  const total = createDistribution();
  let firstPart: ReturnType<typeof createDistribution> | undefined;
  let [count, errors, aborted] = [0, 0, 0];
  return {
    add({ status, ms, firstPartMs }: Sample): void {
      count++;
      if (status === 'error') errors++;
      else if (status === 'aborted') aborted++;
      else total.add(ms);
      if (firstPartMs !== undefined) (firstPart ??= createDistribution()).add(firstPartMs);
    },
    read(): LatencySeries {
      const [ms, firstPartMs] = [total.percentiles(), firstPart?.percentiles()];
      return {
        agent,
        model,
        from,
        count,
        errors,
        aborted,
        ...(ms && { ms }),
        ...(firstPartMs && { firstPartMs }),
      };
    },
  };
}
