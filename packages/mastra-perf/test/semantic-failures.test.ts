import { LibSQLVector } from '@mastra/libsql';
import { afterEach, describe, expect, it } from 'vitest';
import { createPerf, memoryStore, PerfConfigError } from '../src/index.ts';
import { askingAgent, topicEmbedder, type AskingAgent } from './asking-agent.ts';

/* Whatever goes wrong, a call goes on as the plain miss that it was, and it is counted. */

const open: AskingAgent[] = [];
const start = (...options: Parameters<typeof askingAgent>): AskingAgent => {
  const started = askingAgent(...options);
  open.push(started);
  return started;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ perf }) => perf.close()));
});
const verify = (): boolean => true;
const never = new Promise<never>(() => undefined);

type Answering = (values: readonly string[]) => Promise<{ readonly embeddings: readonly number[][] }>;
const embedderThat = (doEmbed: Answering) =>
  Object.assign(
    topicEmbedder(),
    { modelId: `m${Math.random()}` },
    {
      doEmbed: ({ values }: { readonly values: readonly string[] }) => doEmbed(values),
    },
  );

/** Both calls are answered by the model. */
async function goesOn(one: AskingAgent): Promise<void> {
  expect(await one.ask('topic 1: what is it?')).toMatchObject({ outcome: 'miss', text: 'about topic 1' });
  expect(await one.ask('topic 1: tell me of it')).toMatchObject({ outcome: 'miss', text: 'about topic 1' });
  expect(await one.ask('topic 1: what is it?')).toMatchObject({ outcome: 'hit' });
}

describe('an embedding model', () => {
  it('that is down is asked once, then left alone for a while', async () => {
    let requests = 0;
    const embedder = embedderThat(async () => {
      requests++;
      throw new Error('embedder is down');
    });
    const one = start({ embedder, semantic: { verify } });
    await goesOn(one);
    expect(one.stats()).toMatchObject({ hits: 0, entries: 0, failures: { embedder: 2 } });
    expect(requests).toBe(1);
  });

  it('that is slow is not waited for beyond the time limit', async () => {
    const one = start({ embedder: embedderThat(() => never), semantic: { verify, timeout: '5ms' } });
    await goesOn(one);
    expect(one.stats().failures).toMatchObject({ timeout: 1, embedder: 1 });
  });

  it.each([
    ['no vector', []],
    ['nothing but zeros', [[0, 0, 0]]],
    ['what is no number', [[Number.NaN, 1]]],
  ])('that answers %s gives no answers by meaning', async (_what, embeddings) => {
    const one = start({ embedder: embedderThat(async () => ({ embeddings })), semantic: { verify } });
    await goesOn(one);
    expect(one.stats().failures.embedder).toBe(2);
  });

  it('whose vectors change their length begins anew', async () => {
    const seen: string[] = [];
    const embedder = embedderThat(async (values) => {
      seen.push(...values);
      return { embeddings: values.map(() => (seen.length < 2 ? [1, 0] : [1, 0, 0])) };
    });
    const one = start({ embedder, semantic: { verify } });
    await goesOn(one);
    expect(one.stats()).toMatchObject({ failures: { search: 1 }, entries: 1 });
    expect(await one.ask('topic 1: explain it')).toMatchObject({ outcome: 'semantic' });
  });

  it('that nobody named, of an agent without a memory, is told of once', async () => {
    const one = start({ embedder: false, semantic: { verify } });
    await goesOn(one);
    expect(one.faults.map(({ error }) => String(error))).toEqual([
      expect.stringMatching(
        /cache\.semantic\.embedder: expected an embedding model: agent "a" has no memory/,
      ),
    ]);
    expect(one.stats().failures.embedder).toBe(2);
  });
});

describe('verify', () => {
  it.each<[string, () => boolean | Promise<boolean>]>([
    [
      'throws',
      () => {
        throw new Error('away');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('away');
      },
    ],
    ['takes too long', () => never],
    ['says neither yes nor no', () => 'yes' as never],
  ])('that %s gives no answer', async (_what, broken) => {
    const one = start({ semantic: { verify: broken, verifyTimeout: '5ms' } });
    await goesOn(one);
    expect(one.stats()).toMatchObject({ hits: 0, right: 0, wrong: 0, failures: { verify: 1 } });
  });
});

describe('a vector store', () => {
  const broken = (methods: object) => ({
    createIndex: async () => undefined,
    upsert: async () => undefined,
    query: async () => [],
    ...methods,
  });

  it.each<[string, object]>([
    [
      'cannot be reached',
      {
        createIndex: async () => {
          throw new Error('away');
        },
      },
    ],
    [
      'cannot be searched',
      {
        query: async () => {
          throw new Error('away');
        },
      },
    ],
    [
      'takes nothing',
      {
        upsert: async () => {
          throw new Error('full');
        },
      },
    ],
  ])('that %s keeps no call from its answer', async (_what, methods) => {
    const one = start({ semantic: { verify, vectorStore: broken(methods) as never } });
    await goesOn(one);
    expect(one.stats().failures.search).toBe(2);
  });

  it('that does not answer is not waited for', async () => {
    const vectorStore = broken({ query: () => never }) as never;
    const one = start({ semantic: { verify, vectorStore, timeout: '300ms' } });
    await goesOn(one);
    expect(one.stats().failures).toMatchObject({ timeout: 1, search: 1 });
  });

  it('with rows of somebody else is searched without them', async () => {
    const vectorStore = broken({
      query: async () => [{ id: 'x' }, { id: 'y', metadata: { text: 1 }, vector: ['a'] }],
    }) as never;
    const one = start({ semantic: { verify, vectorStore } });
    await goesOn(one);
    expect(one.stats().failures.unreadable).toBe(4);
  });

  it('shares questions between processes that share the answers', async () => {
    const store = memoryStore();
    const shared = {
      perf: { store },
      semantic: { verify, vectorStore: new LibSQLVector({ id: 'v', url: ':memory:' }) as never },
    };
    const [a, b] = [start(shared), start(shared)];
    await a.ask('topic 1: what is it?');
    expect(await b.ask('topic 1: tell me of it')).toMatchObject({ outcome: 'semantic', tier: 'l2' });
    expect(b.asked).toEqual([]);
  });
});

describe('options that make no sense', () => {
  it.each<[string, object]>([
    ['createPerf.cache.semantic.maxErrorRate', { maxErrorRate: 2 }],
    ['createPerf.cache.semantic.maxErrorRate', { maxErrorRate: '1%' }],
    ['createPerf.cache.semantic.embedder', { embedder: 'openai/text-embedding-3-small' }],
    ['createPerf.cache.semantic.mode', { mode: 'on' }],
    ['createPerf.cache.semantic.verify', { verify: true }],
    ['createPerf.cache.semantic.guards', { guards: [{ name: 'x' }] }],
    ['createPerf.cache.semantic.timeout', { timeout: 'soon' }],
    ['createPerf.cache.semantic.maxTurns', { maxTurns: 0 }],
    ['createPerf.cache.semantic.tools', { tools: 'yes' }],
    ['createPerf.cache.semantic.vectorStore', { vectorStore: {} }],
    ['createPerf.cache.semantic.maxEntries', { maxEntries: -1 }],
    ['createPerf.cache.semantic.threshold', { threshold: 0.9 }],
  ])('are refused with the path %s', (path, semantic) => {
    expect(() => createPerf({ cache: { semantic: semantic as never } })).toThrow(
      expect.objectContaining({ path }),
    );
  });

  it('are refused where they cannot be of one agent', () => {
    const options = { agents: { a: { cache: { semantic: { maxEntries: 5 } } } } } as never;
    expect(() => createPerf(options)).toThrow(PerfConfigError);
  });

  it('are those of feedback that says neither right nor wrong', async () => {
    const one = start();
    await expect(one.perf.cache.feedback(undefined, 'maybe' as never)).rejects.toThrow(/'right' or 'wrong'/);
    expect(await one.perf.cache.feedback(undefined, 'right')).toBe(false);
    expect(await one.perf.cache.feedback({ outcome: 'hit' }, 'right')).toBe(false);
    const forged = { outcome: 'semantic', semantic: { feedback: 'e30' } } as never;
    expect(await one.perf.cache.feedback(forged, 'right')).toBe(false);
  });
});

describe('one agent', () => {
  it('may have what all others have not, and the other way round', async () => {
    const on = start({
      semantic: false,
      perf: { agents: { a: { cache: { semantic: { verify, guards: [], embedder: topicEmbedder() } } } } },
    });
    await on.ask('topic 1: what is it?');
    expect(await on.ask('topic 1: tell me of it')).toMatchObject({ outcome: 'semantic' });
    const off = start({ semantic: { verify }, perf: { agents: { a: { cache: { semantic: false } } } } });
    await off.ask('topic 1: what is it?');
    expect(await off.ask('topic 1: tell me of it')).toMatchObject({ outcome: 'miss' });
  });
});
