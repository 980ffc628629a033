import { boundedNames } from './bounded-names.ts';
import { errorType, genAiProvider } from './otel-attributes.ts';
import { instrumentsOf, type Attribute, type HistogramName, type Instruments } from './otel-instruments.ts';
import type { ProviderCall } from './provider-calls.ts';
import type { Recorder } from './recorder.ts';

type Api = typeof import('@opentelemetry/api');

/** Tells OpenTelemetry what the plugin measures, where the application has set it up. */
export interface OpenTelemetry {
  /** A request to a provider, by the GenAI conventions. */
  provider(call: ProviderCall): void;
  /** The rest, as it is recorded. */
  readonly record: Recorder['record'];
  /** What usage counts. */
  usage(agent: string, model: string, counts: Readonly<Record<string, number>>): void;
  budget(kind: string, name: string | undefined): void;
  /** Adds attributes to the span that is active. */
  mark(attributes: Attribute): void;
}

export interface OpenTelemetryDeps {
  readonly load?: () => Promise<Api>;
  readonly fault: (where: string, error: unknown) => void;
}

/** Where all copies of the API, of all its versions 1.x, keep what the application has set up. */
const GLOBAL = Symbol.for('opentelemetry.js.api.1');
const MAX_AGENTS = 200;
const MAX_MODELS = 200;
const MAX_NAMES = 100;
/** What is measured until the API is loaded, which takes some milliseconds. */
const MAX_WAITING = 1000;

const OWN: Readonly<Record<string, readonly [HistogramName, label: string | undefined]>> = {
  call: ['mastra_perf.call.duration', 'mastra_perf.outcome'],
  first_chunk: ['mastra_perf.call.time_to_first_chunk', 'mastra_perf.outcome'],
  tokens_per_second: ['mastra_perf.call.output_rate', 'mastra_perf.outcome'],
  cache_read: ['mastra_perf.cache.read.duration', 'mastra_perf.cache.tier'],
  store: ['mastra_perf.store.operation.duration', 'mastra_perf.operation'],
  storage: ['mastra_perf.storage.operation.duration', 'mastra_perf.operation'],
  queue: ['mastra_perf.queue.duration', 'mastra_perf.limit'],
};
/** Told by the conventions already: see `provider()`. */
const BY_CONVENTION = new Set(['provider', 'embedding']);

/**
 * The API is loaded when the application has registered something with it, and not before: it costs nothing where it is not used, and
 * need not be installed.
 */
export function openTelemetry({
  load = () => import('@opentelemetry/api'),
  fault,
}: OpenTelemetryDeps): OpenTelemetry {
  let api: Api | undefined;
  let loading: Promise<void> | undefined;
  let waiting: Array<() => void> = [];
  let made: { readonly provider: unknown; readonly instruments: Instruments } | undefined;
  const [agentName, modelName, otherName] = [
    boundedNames(MAX_AGENTS),
    boundedNames(MAX_MODELS),
    boundedNames(MAX_NAMES),
  ];

  const registered = (): { readonly metrics?: unknown; readonly trace?: unknown } | undefined =>
    (globalThis as { [GLOBAL]?: { metrics?: unknown; trace?: unknown } })[GLOBAL];

  const tell = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      fault('opentelemetry', error);
    }
  };
  const start = (): void => {
    loading ??= load().then(
      (loaded) => {
        api = loaded;
        for (const work of waiting) tell(work);
        waiting = [];
      },
      (error: unknown) => {
        waiting = [];
        fault('opentelemetry', error); // and is not tried again
      },
    );
  };

  /** Those of the provider that there is now: an application may exchange it. */
  const instrumentsIn = ({ metrics }: Api): Instruments => {
    const provider = registered()?.metrics;
    if (made && made.provider === provider) return made.instruments;
    const instruments = instrumentsOf(metrics.getMeter('mastra-perf'));
    made = { provider, instruments };
    return instruments;
  };

  const withInstruments = (work: (instruments: Instruments) => void): void => {
    if (registered()?.metrics === undefined) return;
    if (!api) {
      start();
      if (waiting.length < MAX_WAITING) waiting.push(() => withInstruments(work));
      return;
    }
    const instruments = instrumentsIn(api);
    tell(() => work(instruments));
  };

  const labels = (agent: string, model: string): Attribute => {
    const [family = '', ...id] = model.split('/');
    return {
      ...(agent !== '' && { 'gen_ai.agent.name': agentName(agent) }),
      ...(model !== '' && {
        'gen_ai.provider.name': genAiProvider(family),
        'gen_ai.request.model': modelName(id.length > 0 ? id.join('/') : model),
      }),
    };
  };

  return {
    provider: ({ operation, agent, model, status, ms, firstPartMs, inputTokens, outputTokens, error }) =>
      withInstruments(({ histogram }) => {
        const attributes: Attribute = {
          'gen_ai.operation.name': operation,
          'gen_ai.provider.name': otherName(genAiProvider(model.provider)),
          'gen_ai.request.model': modelName(model.modelId),
          'gen_ai.agent.name': agentName(agent),
        };
        const type = status === 'aborted' ? 'aborted' : otherName(errorType(error));
        const failed = status === 'ok' ? attributes : { ...attributes, 'error.type': type };
        histogram('gen_ai.client.operation.duration').record(ms / 1000, failed);
        if (firstPartMs !== undefined)
          histogram('gen_ai.client.operation.time_to_first_chunk').record(firstPartMs / 1000, attributes);
        for (const [kind, tokens] of Object.entries({ input: inputTokens, output: outputTokens }))
          if (tokens !== undefined)
            histogram('gen_ai.client.token.usage').record(tokens, {
              ...attributes,
              'gen_ai.token.type': kind,
            });
      }),
    record(operation, name, agent, model, value, status = 'ok') {
      if (BY_CONVENTION.has(operation)) return;
      withInstruments(({ histogram }) => {
        const [instrument, label] = OWN[operation] ?? ['mastra_perf.operation.duration', undefined];
        const own =
          label === undefined
            ? { 'mastra_perf.operation': otherName(operation) }
            : { [label]: otherName(name) };
        const failed = status === 'ok' ? undefined : { 'error.type': status };
        histogram(instrument).record(operation === 'tokens_per_second' ? value : value / 1000, {
          ...labels(agent, model),
          ...own,
          ...failed,
        });
      });
    },
    usage: (agent, model, counts) =>
      withInstruments(({ counter }) => {
        const attributes = labels(agent, model);
        const add = (name: Parameters<Instruments['counter']>[0], value = 0, more?: Attribute): void => {
          if (value > 0) counter(name).add(value, { ...attributes, ...more });
        };
        add('mastra_perf.cost', (counts.nanoUsd ?? 0) / 1e9);
        add('mastra_perf.saved.cost', (counts.savedNanoUsd ?? 0) / 1e9);
        add('mastra_perf.saved.tokens', counts.savedInputTokens, { 'gen_ai.token.type': 'input' });
        add('mastra_perf.saved.tokens', counts.savedOutputTokens, { 'gen_ai.token.type': 'output' });
        add('mastra_perf.saved.calls', counts.savedCalls);
        add('mastra_perf.saved.time', (counts.savedMs ?? 0) / 1000);
      }),
    budget: (kind, name) =>
      withInstruments(({ counter }) => {
        const budget = name === undefined ? undefined : { 'mastra_perf.budget': otherName(name) };
        counter('mastra_perf.budget.events').add(1, { 'mastra_perf.kind': kind, ...budget });
      }),
    mark(attributes) {
      if (registered()?.trace === undefined) return;
      // A span must be found while the call runs: the first ones, until the API is loaded, go without.
      if (api) api.trace.getActiveSpan()?.setAttributes(attributes);
      else start();
    },
  };
}
