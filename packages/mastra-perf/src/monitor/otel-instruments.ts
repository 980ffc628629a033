import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api';

/** Buckets that the GenAI conventions advise. Seconds, and tokens. */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
];
/** Of stores and of answers from the cache. */
const SHORT_SECONDS = [
  0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
const RATES = [1, 5, 10, 20, 40, 80, 160, 320, 640, 1280];

export type Attribute = Attributes;

export interface Instruments {
  histogram(name: HistogramName): Histogram;
  counter(name: CounterName): Counter;
}

type Advice = readonly [unit: string, bounds: number[], description: string];

const HISTOGRAMS = {
  'gen_ai.client.operation.duration': ['s', SECONDS, 'GenAI operation duration.'],
  'gen_ai.client.operation.time_to_first_chunk': ['s', SECONDS, 'Time to the first chunk with content.'],
  'gen_ai.client.token.usage': ['{token}', TOKENS, 'Number of input and output tokens used.'],
  'mastra_perf.call.duration': ['s', SECONDS, 'Model calls, by how they were answered.'],
  'mastra_perf.call.time_to_first_chunk': ['s', SECONDS, 'To the first part with content, of streams.'],
  'mastra_perf.call.output_rate': ['{token}/s', RATES, 'Output tokens by the time of the whole call.'],
  'mastra_perf.cache.read.duration': ['s', SHORT_SECONDS, 'Look-ups of answers.'],
  'mastra_perf.store.operation.duration': ['s', SHORT_SECONDS, 'Operations of the store.'],
  'mastra_perf.storage.operation.duration': ['s', SHORT_SECONDS, "Message operations of Mastra's storage."],
  'mastra_perf.queue.duration': ['s', SECONDS, 'What calls waited for limits.'],
  'mastra_perf.operation.duration': ['s', SHORT_SECONDS, 'Operations of the application.'],
} satisfies Record<string, Advice>;

const COUNTERS = {
  'mastra_perf.cost': ['{USD}', 'US dollars of requests whose price is known.'],
  'mastra_perf.saved.cost': ['{USD}', 'US dollars that were not spent.'],
  'mastra_perf.saved.tokens': ['{token}', 'Tokens that were not needed.'],
  'mastra_perf.saved.calls': ['{call}', 'Calls that did not ask a model.'],
  'mastra_perf.saved.time': ['s', 'Time that was not waited for.'],
  'mastra_perf.budget.events': ['{event}', 'Budgets that took effect, or could not.'],
} satisfies Record<string, readonly [unit: string, description: string]>;

export type HistogramName = keyof typeof HISTOGRAMS;
export type CounterName = keyof typeof COUNTERS;

/** Each is made when it is used for the first time. */
export function instrumentsOf(meter: Meter): Instruments {
  const histograms = new Map<HistogramName, Histogram>();
  const counters = new Map<CounterName, Counter>();
  return {
    histogram(name) {
      const known = histograms.get(name);
      if (known) return known;
      const [unit, explicitBucketBoundaries, description] = HISTOGRAMS[name];
      const made = meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries } });
      histograms.set(name, made);
      return made;
    },
    counter(name) {
      const known = counters.get(name);
      if (known) return known;
      const [unit, description] = COUNTERS[name];
      const made = meter.createCounter(name, { unit, description });
      counters.set(name, made);
      return made;
    },
  };
}
