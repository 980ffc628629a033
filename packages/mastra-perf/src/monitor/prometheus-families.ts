import { OF_CALLS } from './range-part.ts';
import type { Cell, Labels, Recorder } from './recorder.ts';
import type { UsageCounters } from './usage-counters.ts';

export interface PromSample {
  /** `''`, or `_bucket`, `_sum` and `_count` of a histogram. */
  readonly suffix: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All samples of one metric. The name of a counter ends in `_total`. */
export interface PromFamily {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly PromSample[];
}

/** A figure of another part of the plugin. */
export interface PromFigure {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PromSources {
  readonly recorder: Pick<Recorder, 'totals' | 'overflowed'>;
  readonly usage: Pick<UsageCounters, 'all'>;
  readonly figures: () => readonly PromFigure[];
}

/** Those that the GenAI conventions of OpenTelemetry advise, and two for answers from the cache. Seconds. */
const CALL_BOUNDS = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const OPERATION_BOUNDS = [
  0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
const RATE_BOUNDS = [1, 5, 10, 20, 40, 80, 160, 320, 640, 1280];

interface Histogram {
  readonly name: string;
  readonly help: string;
  readonly bounds: readonly number[];
  /** Of what is recorded in one of what is told. */
  readonly scale: number;
  readonly labels: (labels: Labels) => Record<string, string>;
}

const MS = 1000;
const ofCall = ({ agent, model, name: outcome }: Labels) => ({ agent, model, outcome });
const ofModel = ({ agent, model }: Labels) => ({ agent, model });
const seconds = (
  name: string,
  help: string,
  bounds: readonly number[],
  labels: Histogram['labels'],
): Histogram => ({ name: `mastra_perf_${name}_seconds`, help, bounds, scale: MS, labels });

const HISTOGRAMS: Readonly<Record<string, Histogram>> = {
  call: seconds('call_duration', 'Model calls that ended well, to the last part.', CALL_BOUNDS, ofCall),
  first_chunk: seconds(
    'call_time_to_first_chunk',
    'Streams, to the first part with content.',
    CALL_BOUNDS,
    ofCall,
  ),
  tokens_per_second: {
    name: 'mastra_perf_call_output_tokens_per_second',
    help: 'Output tokens by the time of the whole call, of answers of a model.',
    bounds: RATE_BOUNDS,
    scale: 1,
    labels: ofCall,
  },
  provider: seconds('provider_request_duration', 'Requests to models.', CALL_BOUNDS, ofModel),
  embedding: seconds('embedding_request_duration', 'Requests to embedding models.', CALL_BOUNDS, ofModel),
  cache_read: seconds('cache_read_duration', 'Look-ups of answers.', OPERATION_BOUNDS, ({ name }) => ({
    tier: name,
  })),
  store: seconds('store_operation_duration', 'Operations of the store.', OPERATION_BOUNDS, ({ name }) => ({
    operation: name,
  })),
  storage: seconds(
    'storage_operation_duration',
    "Message operations of Mastra's storage.",
    OPERATION_BOUNDS,
    ({ name }) => ({ operation: name }),
  ),
  queue: seconds('queue_wait', 'What calls waited for limits.', CALL_BOUNDS, ({ name, agent, model }) => ({
    limit: name,
    agent,
    model,
  })),
};
const OWN = seconds(
  'operation_duration',
  'Operations of the application.',
  OPERATION_BOUNDS,
  ({ operation }) => ({ operation }),
);

/** What usage counts: by the name that it has there. */
const USAGE: ReadonlyArray<readonly [count: string, name: string, help: string, scale?: number]> = [
  ['modelCalls', 'model_requests', 'Requests to models: one for all calls that shared it.'],
  ['embeddingCalls', 'embedding_requests', 'Requests to embedding models.'],
  ['inputTokens', 'input_tokens', 'Input tokens, cached and written ones included.'],
  ['outputTokens', 'output_tokens', 'Output tokens, reasoning included.'],
  ['cachedInputTokens', 'cached_input_tokens', 'Input tokens that providers read from their prompt caches.'],
  ['cacheWriteTokens', 'cache_write_tokens', 'Input tokens that providers wrote to their prompt caches.'],
  ['reasoningTokens', 'reasoning_tokens', 'Output tokens that were reasoning.'],
  ['nanoUsd', 'cost_usd', 'US dollars of requests whose price is known.', 1e9],
  ['unpricedCalls', 'unpriced_requests', 'Requests whose price is not known.'],
  ['estimatedCalls', 'estimated_requests', 'Requests whose tokens are estimated.'],
  ['savedCalls', 'saved_calls', 'Calls that did not ask a model.'],
  ['savedEmbeddings', 'saved_embeddings', 'Texts that did not have to be embedded.'],
  ['savedInputTokens', 'saved_input_tokens', 'Input tokens that were not needed.'],
  ['savedOutputTokens', 'saved_output_tokens', 'Output tokens that were not needed.'],
  ['savedNanoUsd', 'saved_usd', 'US dollars that were not spent, where the price is known.', 1e9],
  ['savedMs', 'saved_seconds', 'Time that was not waited for.', 1000],
];

/** Figures of this process since it began, in base units; families without any as well. */
export function promFamilies({ recorder, usage, figures }: PromSources): PromFamily[] {
  const families = new Map<string, PromFamily & { readonly samples: PromSample[] }>();
  const add = (
    { name, type, help }: Pick<PromFamily, 'name' | 'type' | 'help'>,
    samples: readonly PromSample[],
  ): void => {
    const family = families.get(name) ?? { name, type, help, samples: [] };
    family.samples.push(...samples);
    families.set(name, family);
  };
  const one = (labels: PromSample['labels'], value: number): PromSample[] => [{ suffix: '', labels, value }];

  for (const family of [CALLS, ...Object.values(HISTOGRAMS), OWN, ERRORS])
    add({ type: 'histogram', ...family }, []);
  recorder.totals((labels, cell) => {
    const histogram = HISTOGRAMS[labels.operation] ?? OWN;
    if (labels.operation === 'call') add(CALLS, callSamples(labels, cell));
    else if (!OF_CALLS.has(labels.operation) && cell.errors > 0)
      add(ERRORS, one({ operation: labels.operation, name: labels.name }, cell.errors));
    add({ ...histogram, type: 'histogram' }, histogramSamples(histogram, labels, cell));
  });
  for (const [count, short, help, scale = 1] of USAGE) {
    const family = { name: `mastra_perf_${short}_total`, type: 'counter', help } as const;
    add(family, []);
    for (const { agent, model, counts } of usage.all())
      if (counts[count] !== undefined) add(family, one({ agent, model }, counts[count] / scale));
  }
  for (const { labels = {}, value, ...family } of figures()) add(family, one(labels, value));
  add(OVERFLOWED, one({}, recorder.overflowed()));
  return [...families.values()].map((family) => ({ ...family, samples: summed(family.samples) }));
}

const CALLS = {
  name: 'mastra_perf_calls_total',
  type: 'counter',
  help: 'Model calls that have ended, by how they were answered and how they ended.',
} as const;
const ERRORS = {
  name: 'mastra_perf_operation_errors_total',
  type: 'counter',
  help: 'Operations that failed; they are in no duration.',
} as const;
const OVERFLOWED = {
  name: 'mastra_perf_label_overflow_total',
  type: 'counter',
  help: 'Measurements that are in the agent and model (other), since there were too many names.',
} as const;

function callSamples(labels: Labels, { count, errors, aborted }: Cell): PromSample[] {
  const byStatus = { ok: count - errors - aborted, error: errors, aborted };
  return Object.entries(byStatus).flatMap(([status, value]) =>
    value > 0 ? [{ suffix: '', labels: { ...ofCall(labels), status }, value }] : [],
  );
}

function histogramSamples(
  { bounds, scale, labels: told }: Histogram,
  of: Labels,
  { values }: Cell,
): PromSample[] {
  if (values.count === 0) return [];
  const labels = told(of);
  const counts = values.cumulative(bounds.map((bound) => bound * scale));
  return [
    ...bounds.map((bound, at) => ({
      suffix: '_bucket',
      labels: { ...labels, le: `${bound}` },
      value: counts[at] ?? 0,
    })),
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: values.count },
    { suffix: '_sum', labels, value: values.sum / scale },
    { suffix: '_count', labels, value: values.count },
  ];
}

/** Two series can be told apart by what is not told here: a sample must be there once. */
function summed(samples: readonly PromSample[]): PromSample[] {
  const sums = new Map<string, PromSample>();
  for (const sample of samples) {
    const key = JSON.stringify([sample.suffix, sample.labels]);
    sums.set(key, { ...sample, value: (sums.get(key)?.value ?? 0) + sample.value });
  }
  return [...sums.values()];
}
