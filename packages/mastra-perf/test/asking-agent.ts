import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core/mastra';
import { InMemoryStore } from '@mastra/core/storage';
import { mockModel, type MockAnswer, type MockEmbedder } from '@mastra-perf/testkit';
import {
  createPerf,
  type CacheOptions,
  type Outcome,
  type Perf,
  type PerfEvents,
  type PerfOptions,
  type SemanticBounds,
  type SemanticOptions,
} from '../src/index.ts';

/** What reached the model, as far as tests look at it. */
interface Prompted {
  readonly prompt: readonly { readonly role: string; readonly content: unknown }[];
}

export interface AskingAgentOptions {
  readonly semantic?: boolean | (SemanticOptions & SemanticBounds);
  readonly cache?: CacheOptions;
  readonly perf?: PerfOptions;
  /** Of each question; by default those that are numbered alike have one answer. */
  readonly answer?: (question: string, call: number) => MockAnswer;
  readonly agent?: object;
  readonly embedder?: object | false;
}

export interface AskingAgent {
  readonly perf: Perf;
  readonly agent: Agent;
  /** Questions that reached the model. */
  readonly asked: string[];
  readonly faults: PerfEvents['fault'][];
  /** Everything that was told by events, as one text. */
  told(): string;
  ask(question: string, options?: object): Promise<Outcome & { readonly text: string }>;
  stats(): NonNullable<ReturnType<Perf['cache']['stats']>['semantic']>;
}

const DIMENSIONS = 64;

/**
 * An embedding model in whose eyes questions about one topic are close: "topic 7: ..." is a direction of its own, and the words after it
 * turn it a little.
 */
export function topicEmbedder(options: { readonly closeness?: (text: string) => number } = {}) {
  const calls: string[] = [];
  return {
    specificationVersion: 'v3',
    provider: 'test',
    modelId: 'topics',
    maxEmbeddingsPerCall: 100,
    supportsParallelCalls: true,
    calls,
    async doEmbed({ values }: { readonly values: readonly string[] }) {
      calls.push(...values);
      return {
        embeddings: values.map((text) => vectorOf(text, options.closeness?.(text) ?? 0.99)),
        usage: { tokens: values.length },
        warnings: [],
      };
    },
  } as unknown as MockEmbedder<'v3'> & { readonly calls: string[] };
}

function vectorOf(text: string, closeness: number): number[] {
  const topic = /topic (\d+)/.exec(text)?.[1] ?? '0';
  const random = seeded(`topic ${topic}`);
  const base = unit(Array.from({ length: DIMENSIONS }, random));
  const own = unit(Array.from({ length: DIMENSIONS }, seeded(`own ${text}`)));
  const along = own.reduce((sum, value, at) => sum + value * (base[at] ?? 0), 0);
  const aside = unit(own.map((value, at) => value - along * (base[at] ?? 0)));
  return base.map((value, at) => closeness * value + Math.sqrt(1 - closeness ** 2) * (aside[at] ?? 0));
}

const unit = (vector: readonly number[]): number[] => {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
};

function seeded(text: string): () => number {
  let state = 2_166_136_261;
  for (const letter of text) state = Math.imul(state ^ letter.charCodeAt(0), 16_777_619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    return (mixed ^ (mixed >>> 7) ^ (mixed >>> 14)) / 2 ** 31;
  };
}

/** Guards that let everything pass: what these tests are about is what comes after them. */
const NO_GUARDS = { guards: [] };

export function askingAgent(options: AskingAgentOptions = {}): AskingAgent {
  const { semantic = {}, answer = (question) => ({ text: topicOf(question) }) } = options;
  const asked: string[] = [];
  const faults: PerfEvents['fault'][] = [];
  const events: unknown[] = [];
  const embedder = options.embedder ?? topicEmbedder();
  const perf = createPerf({
    ...options.perf,
    cache: {
      ...options.cache,
      semantic:
        typeof semantic === 'object'
          ? ({ ...NO_GUARDS, ...(embedder && { embedder }), ...semantic } as SemanticOptions)
          : semantic,
    },
  });
  perf.on('fault', (fault) => faults.push(fault));
  for (const name of ['call', 'stored', 'notStored', 'fault', 'store', 'unreadable'] as const)
    perf.on(name, (event) => events.push(event));
  const agent = new Agent({
    id: 'a',
    name: 'a',
    instructions: 'You are the system.',
    model: mockModel({
      spec: 'v3',
      respond(request: unknown, call: number) {
        const question = questionOf(request as Prompted);
        asked.push(question);
        return answer(question, call);
      },
    } as never),
    ...options.agent,
  } as never);
  new Mastra({ agents: { agent }, logger: false, storage: new InMemoryStore(), processors: { perf } });
  return {
    perf,
    agent,
    asked,
    faults,
    told: () => JSON.stringify(events),
    async ask(question, more = {}) {
      const result = await agent.generate(question, more);
      await perf.flush();
      return { ...perf.outcome(result)!, text: result.text };
    },
    stats: () => perf.cache.stats().semantic!,
  };
}

export const topicOf = (question: string): string => `about ${/topic \d+/.exec(question)?.[0] ?? 'nothing'}`;

function questionOf({ prompt }: Prompted): string {
  const content = prompt.at(-1)?.content;
  return Array.isArray(content)
    ? content.map((part: { readonly text?: string }) => part.text ?? '').join('')
    : String(content);
}
