import { mockModel, until } from '@mastra-perf/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { createPerf, type Perf, type SemanticBounds, type SemanticOptions } from '../src/index.ts';
import { topicEmbedder } from './asking-agent.ts';

/* Who gives up a call waits for nothing that is done for an answer by meaning. Time limits are a minute: only the abort can end them. */

const releases: (() => void)[] = [];
const open: Perf[] = [];
afterEach(async () => {
  for (const release of releases.splice(0)) release();
  await Promise.all(open.splice(0).map((perf) => perf.close()));
});

interface Gate {
  readonly arrived: () => number;
  pass(): Promise<void>;
}

function closedGate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  releases.push(resolve);
  let arrived = 0;
  return {
    arrived: () => arrived,
    pass() {
      arrived++;
      return promise;
    },
  };
}

const FIRST = 'topic 1: what is it?';
const SECOND = 'topic 1: tell me of it';
/** Each stops at the gate when the second question is asked. */
const stages: Readonly<Record<string, (gate: Gate) => SemanticOptions & SemanticBounds>> = {
  embedding(gate) {
    const embedder = topicEmbedder();
    const { doEmbed } = embedder;
    return {
      embedder: Object.assign(embedder, {
        async doEmbed(request: { readonly values: readonly string[] }) {
          if (request.values.some((text) => text.includes('tell me'))) await gate.pass();
          return doEmbed(request as never);
        },
      }),
    };
  },
  search(gate) {
    let queries = 0;
    const vectorStore = {
      createIndex: async () => undefined,
      upsert: async () => undefined,
      async query() {
        if (++queries === 2) await gate.pass();
        return [];
      },
    };
    return { vectorStore: vectorStore as never };
  },
  verify: (gate) => ({ verify: () => gate.pass().then(() => true) }),
};

function start(semantic: SemanticOptions & SemanticBounds) {
  const perf = createPerf({
    cache: {
      semantic: {
        embedder: topicEmbedder(),
        guards: [],
        verify: () => true,
        timeout: '1m',
        verifyTimeout: '1m',
        ...semantic,
      },
    },
  });
  open.push(perf);
  const mock = mockModel({ spec: 'v3', respond: () => ({ text: 'an answer' }) });
  const model = perf.model(mock);
  const request = (question: string, abortSignal?: AbortSignal) =>
    ({
      prompt: [{ role: 'user', content: [{ type: 'text', text: question }] }],
      ...(abortSignal && { abortSignal }),
    }) as never;
  return { perf, mock, model, request, stats: () => perf.cache.stats().semantic! };
}

describe.each(Object.entries(stages))('an abort during %s', (_stage, stopsAt) => {
  it.each(['doGenerate', 'doStream'] as const)('ends a call by %s at once', async (method) => {
    const gate = closedGate();
    const { perf, mock, model, request, stats } = start(stopsAt(gate));
    await model.doGenerate(request(FIRST));
    await perf.flush();
    const controller = new AbortController();
    const call = model[method](request(SECOND, controller.signal)).then(
      () => 'answered',
      (error: unknown) => error,
    );
    await until('it waits', () => gate.arrived() === 1);
    const reason = new Error('the user has left');
    controller.abort(reason);
    expect(await call).toBe(reason);
    expect(mock.calls.total).toBe(1);
    expect(stats()).toMatchObject({
      hits: 0,
      failures: { embedder: 0, search: 0, timeout: 0, verify: 0 },
    });
  });
});

describe('a call that was given up', () => {
  it('leaves the embedding model as it was: the next question gets an answer by meaning', async () => {
    const gate = closedGate();
    const { perf, mock, model, request, stats } = start(stages['embedding']!(gate));
    await model.doGenerate(request(FIRST));
    await perf.flush();
    const controller = new AbortController();
    const call = model.doGenerate(request(SECOND, controller.signal)).then(undefined, () => 'ended');
    await until('it waits', () => gate.arrived() === 1);
    controller.abort();
    expect(await call).toBe('ended');
    await model.doGenerate(request('topic 1: explain it'));
    expect(stats()).toMatchObject({ hits: 1 });
    expect(mock.calls.total).toBe(1);
  });

  it('has nobody asked about its other pairs', async () => {
    const gate = closedGate();
    const asked: string[] = [];
    const { perf, model, request, stats } = start({
      verify: (_, answered) => {
        asked.push(answered);
        return gate.pass().then(() => false);
      },
    });
    await model.doGenerate(request(FIRST));
    await perf.flush();
    const second = model.doGenerate(request('topic 1: explain it'));
    await until('it waits', () => gate.arrived() === 1);
    releases.splice(0).forEach((release) => release());
    await second;
    await perf.flush();
    const next = closedGate();
    const controller = new AbortController();
    gate.pass = next.pass;
    const third = model.doGenerate(request(SECOND, controller.signal)).then(undefined, () => 'ended');
    await until('it waits again', () => next.arrived() === 1);
    controller.abort();
    expect(await third).toBe('ended');
    releases.splice(0).forEach((release) => release());
    await until('it was judged', () => stats().wrong === 2);
    await perf.flush();
    expect(asked).toHaveLength(2);
  });
});
