import type { Clock } from './base/clock.ts';
import { loadZlib } from './base/load-zlib.ts';
import { parseOptions } from './base/parse-options.ts';
import type { ResponseCache } from './cache/response-cache.ts';
import { createWarmUp, type SkippedPart, type WarmUpPart } from './lifecycle/warm-up.ts';
import {
  WARM_UP_DEFAULTS,
  warmUpSchema,
  type WarmUpQuestion,
  type WarmUpSettings,
} from './lifecycle/warm-up-options.ts';
import type { MastraLike } from './mastra/host.ts';
import { agentsOf, modelReference, modelsOf, type WarmAgent } from './mastra/warm-up/agents-of.ts';
import { askOnce } from './mastra/warm-up/ask-once.ts';
import { askQuestion } from './mastra/warm-up/ask-question.ts';
import { modelAddresses } from './mastra/warm-up/model-addresses.ts';
import type { ModelAddress } from './mastra/warm-up/model-address.ts';
import { openTransport } from './mastra/warm-up/open-transport.ts';
import { rehearse } from './mastra/warm-up/rehearse.ts';
import { storageOf, warmStorage } from './mastra/warm-up/warm-storage.ts';
import { warmVectors } from './mastra/warm-up/warm-vectors.ts';
import type { PerfContext } from './perf-context.ts';
import type { RunWarmUp } from './perf-warmup.ts';
import type { GuardedStore } from './stores/guarded-store.ts';

export interface PerfWarmUpDeps {
  readonly clock: Clock;
  readonly store: Pick<GuardedStore, 'connect' | 'cache'> | undefined;
  /** Resolves when this process hears what others invalidate. */
  readonly listening: () => PromiseLike<unknown>;
  readonly cache: Pick<ResponseCache, 'preload'>;
  readonly prices: () => Promise<void>;
  /** Absent where no agent uses it. */
  readonly context: Pick<PerfContext, 'ready'> | undefined;
  /** Another plugin, which has nothing to do with anything. */
  readonly understudy: () => AsyncDisposable;
}

/** All that a first call would have to wait for. Loaded by perf-warmup.ts. */
export function createWarmUpParts(deps: PerfWarmUpDeps): RunWarmUp {
  const warmUp = createWarmUp(deps.clock);
  return (mastra, options = {}) => {
    const settings = { ...WARM_UP_DEFAULTS, ...parseOptions(warmUpSchema, options, 'perf.warmup') };
    const parts = [
      ...storeParts(deps, settings),
      ...(mastra
        ? mastraParts(mastra, settings, deps.understudy)
        : [skip('mastra', 'not registered with a Mastra yet')]),
      { name: 'prices', run: deps.prices },
      ...(deps.context ? [contextPart(deps.context, mastra)] : []),
      ...Object.entries(settings.also).map(([name, work]) => ownPart(name, work)),
    ];
    return warmUp.run(parts, settings.timeout);
  };
}

const skip = (name: string, skipped: string): WarmUpPart => ({ name, run: async () => ({ skipped }) });

const ownPart = (name: string, work: () => PromiseLike<unknown>): WarmUpPart => ({
  name: `also ${name}`,
  async run() {
    await work();
  },
});

function storeParts({ store, listening, cache }: PerfWarmUpDeps, { preload }: WarmUpSettings): WarmUpPart[] {
  if (!store) return [];
  const connected = async (): Promise<void> => {
    await store.connect();
    await store.cache.stamp(); // a connection that has failed is told of here
  };
  return [
    {
      name: 'store',
      async run() {
        loadZlib();
        await connected();
      },
    },
    {
      name: 'store messages',
      async run() {
        await listening();
      },
    },
    ...(preload === false
      ? []
      : [
          {
            name: 'answers',
            variant: `${preload}`,
            async run() {
              await connected();
              const count = await cache.preload(preload);
              if (count === 'away') throw new Error('the store did not answer in time');
              return `${count} answers are in memory`;
            },
          },
        ]),
  ];
}

/** Storages and addresses that several agents have are opened once; what failed is tried again. */
function onceEach<K>(): (key: K, open: () => Promise<unknown>) => Promise<unknown> {
  const opened = new Map<K, Promise<unknown>>();
  return (key, open) => {
    const known = opened.get(key) ?? open();
    opened.set(key, known);
    return known;
  };
}

function mastraParts(
  mastra: MastraLike,
  settings: WarmUpSettings,
  understudy: PerfWarmUpDeps['understudy'],
): WarmUpPart[] {
  const agents = agentsOf(mastra);
  const { connections, transport, tokens, rehearsal, questions } = settings;
  const openStorage = onceEach<unknown>();
  const openVectors = onceEach<unknown>();
  const openAddress = onceEach<unknown>();
  const storage = mastra.getStorage?.();
  const first = agents[0]?.[1];

  const opened = (addresses: readonly ModelAddress[], signal: AbortSignal) =>
    addresses.map((address) => {
      const key = address.fetch ?? new URL(address.url).origin;
      return openAddress(key, () => openTransport(address, signal));
    });

  const storagePart: WarmUpPart = {
    name: 'storage',
    variant: `${connections}`,
    async run() {
      const isRead = await openStorage(storage, () => warmStorage(storage, connections));
      return isRead === true ? `${connections} connections` : { skipped: 'none that can be read' };
    },
  };
  const memoryPart = (key: string, agent: WarmAgent): WarmUpPart => ({
    name: `memory ${key}`,
    variant: `${connections}`,
    async run() {
      const memory = await agent.getMemory?.();
      if (!memory) return { skipped: 'none' };
      const own = storageOf(memory);
      const vector: unknown = Reflect.get(memory, 'vector');
      await Promise.all([
        openStorage(own, () => warmStorage(own, connections)),
        vector && openVectors(vector, () => warmVectors(vector)),
      ]);
      return vector ? 'storage and vectors' : 'storage';
    },
  });
  const vectorPart = (name: string, vector: unknown): WarmUpPart => ({
    name: `vectors ${name}`,
    async run() {
      const indexes = await openVectors(vector, () => warmVectors(vector));
      return typeof indexes === 'number' ? `${indexes} indexes` : { skipped: 'it does not list its indexes' };
    },
  });
  const modelPart = (key: string, agent: WarmAgent): WarmUpPart => ({
    name: `model ${key}`,
    async run(signal) {
      const addresses = await modelAddresses(agent);
      if (addresses.length === 0)
        return { skipped: 'it does not tell its address, which `transport` can name' };
      await Promise.all(opened(addresses, signal));
      return [...new Set(addresses.map(({ url }) => new URL(url).host))].join(', ');
    },
  });
  const addressPart = (url: string): WarmUpPart => ({
    name: `transport ${new URL(url).host}${new URL(url).pathname}`,
    async run(signal) {
      await openTransport({ url }, signal);
    },
  });
  const tokensPart = (key: string, agent: WarmAgent): WarmUpPart => ({
    name: `tokens ${key}`,
    run: async (signal) => ((await askOnce(agent, signal)) ? 'asked' : { skipped: 'no model to ask' }),
  });

  return [
    storagePart,
    ...agents.map(([key, agent]) => memoryPart(key, agent)),
    ...Object.entries(Object(mastra.listVectors?.()) as Record<string, unknown>).map(([name, vector]) =>
      vectorPart(name, vector),
    ),
    ...(transport === true ? agents.map(([key, agent]) => modelPart(key, agent)) : []),
    ...(typeof transport === 'object' ? [...new Set(transport)].map(addressPart) : []),
    ...(tokens ? agents.map(([key, agent]) => tokensPart(key, agent)) : []),
    ...(rehearsal && first ? [rehearsalPart(first, mastra, understudy)] : []),
    ...questions.map((question, index) => questionPart(question, index, agents)),
  ];
}

const rehearsalPart = (
  agent: WarmAgent,
  mastra: MastraLike,
  understudy: PerfWarmUpDeps['understudy'],
): WarmUpPart => ({
  name: 'rehearsal',
  async run() {
    await using perf = understudy();
    return (await rehearse(agent, mastra, { perf })) ? undefined : { skipped: 'this agent cannot generate' };
  },
});

function questionPart(asked: WarmUpQuestion, index: number, agents: ReturnType<typeof agentsOf>): WarmUpPart {
  return {
    name: `question ${index + 1} ${asked.agent}`,
    variant: JSON.stringify(asked),
    async run(signal): Promise<string | SkippedPart> {
      const [, agent] = agents.find(([key, { id }]) => key === asked.agent || id === asked.agent) ?? [];
      if (!agent) throw new Error(`no agent "${asked.agent}" in this Mastra`);
      return (await askQuestion(agent, asked, signal)) ? 'answered' : { skipped: 'no answer is stored' };
    },
  };
}

const contextPart = (context: Pick<PerfContext, 'ready'>, mastra: MastraLike | undefined): WarmUpPart => ({
  name: 'context',
  async run() {
    const models = mastra ? agentsOf(mastra).flatMap(([, agent]) => modelsOf(agent)) : [];
    await context.ready(models.flatMap((model) => modelReference(model) ?? []));
  },
});
