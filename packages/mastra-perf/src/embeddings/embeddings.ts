import type { Clock } from '../base/clock.ts';
import type { AskEmbedder, EmbedCall, EmbedReply } from '../pipeline/embedder-proxy.ts';
import type { CacheStore } from '../stores/cache-store.ts';
import { createDesk, type Desk } from './desk.ts';
import { isDivisible, isSpace } from './embedding-key.ts';
import type { Waiter } from './flight.ts';
import { createLane, type Lane } from './lane.ts';
import {
  EMBEDDING_BOUNDS,
  EMBEDDING_DEFAULTS,
  type EmbeddingBoundSettings,
  type EmbeddingSettings,
} from './options.ts';
import { composeReply } from './reply.ts';
import { createSpaces } from './spaces.ts';
import { gatherTexts, planOf, type Plan } from './texts-of-call.ts';
import { vectorCodec } from './vector-codec.ts';
import { vectorMemory } from './vector-memory.ts';
import { vectorStore, type VectorStoreCounts } from './vector-store.ts';

export interface EmbeddingStats {
  /** Vectors in the memory of this process. */
  readonly entries: number;
  readonly bytes: number;
  /** Texts that callers have asked for. */
  readonly texts: number;
  /** Those that memory had, and those that the store had. */
  readonly hits: number;
  readonly storeHits: number;
  /** Those that somebody else had asked for at that moment, repetitions in one call included. */
  readonly shared: number;
  /** Requests to models. */
  readonly requests: number;
  /** Look-ups and writes of the store, one for each vector; absent without one. */
  readonly store?: VectorStoreCounts;
}

export interface EmbeddingsDeps {
  readonly bounds: EmbeddingBoundSettings;
  readonly encryptionKeys?: string | readonly string[] | undefined;
  readonly clock: Clock;
  /** What processes share; absent when this process is alone. */
  readonly store: Pick<CacheStore, 'getMany' | 'setMany' | 'stamp' | 'areCurrent'> | undefined;
  /** Settings of the agent that calls; `false` when its texts go straight to the model. */
  readonly settingsOf: (call: EmbedCall) => EmbeddingSettings | false;
  /** Around each request to a model. */
  readonly count: (call: EmbedCall, ask: () => PromiseLike<EmbedReply>) => Promise<EmbedReply>;
  /** So many texts of a call did not have to be embedded. */
  readonly saved: (call: EmbedCall, texts: number, tokens: number) => void;
  /** Takes away everything in the store that has one of these names, here and in all processes. */
  readonly invalidate: (names: readonly string[]) => Promise<void>;
  /** Whether the store has yet to be told that something of these names is gone. */
  readonly owes: (names: readonly string[]) => boolean;
  readonly onUnreadable: (key: string, reason: string) => void;
  /** A model answers vectors of another length than before. */
  readonly onDimensions: (model: EmbedCall['model'], from: number, to: number) => void;
  readonly fault: (where: string, error: unknown) => void;
}

/** Each text is embedded once; what is asked for at the same time is asked for together. */
export interface Embeddings {
  embed(call: EmbedCall, ask: AskEmbedder): Promise<EmbedReply>;
  /** Everything, or what has one of these names, was taken away in the store. */
  forget(names: readonly string[] | 'all'): void;
  /** Something may have been taken away without this process being told. Never rejects. */
  catchUp(): Promise<void>;
  /** Resolves when every vector is in the store, or is not going to be. */
  idle(): Promise<void>;
  stats(): EmbeddingStats;
}

const NAME = 'embeddings';

export function createEmbeddings(deps: EmbeddingsDeps): Embeddings {
  const { clock, settingsOf, count, saved, owes, onUnreadable, onDimensions } = deps;
  const bounds = { ...EMBEDDING_BOUNDS, ...deps.bounds };
  const fault = (error: unknown): void => deps.fault(NAME, error);
  const memory = vectorMemory(bounds.maxBytes);
  const store =
    deps.store &&
    vectorStore({
      store: deps.store,
      codec: vectorCodec(deps.encryptionKeys),
      owes: (space) => owes([space]),
      onUnreadable,
    });
  const lanes = new Map<string, Lane>();
  const desks = new WeakMap<object, Desk & { readonly name: number }>();
  const writes = new Set<Promise<void>>();
  const counts = { texts: 0, hits: 0, storeHits: 0, shared: 0, requests: 0 };
  let models = 0;

  /** Who comes from now on does not get what is under way either. */
  const forget = (space: string): void => {
    memory.forget(space);
    for (const id of [...lanes.keys()]) if (space === 'all' || id.endsWith(space)) lanes.delete(id);
  };
  const spaces = createSpaces({ forget, invalidate: (space) => deps.invalidate([space]), fault });

  const deskOf = (source: object) => {
    const known = desks.get(source);
    if (known) return known;
    const desk = Object.assign(createDesk(source, bounds, fault), { name: models++ });
    desks.set(source, desk);
    return desk;
  };
  const laneOf = ({ call, space }: Plan): Lane => {
    const desk = deskOf(call.source);
    const id = `${desk.name} ${space}`;
    const known = lanes.get(id);
    if (known) return known;
    const lane = createLane({
      space,
      clock,
      store,
      desk,
      count(asked, ask) {
        counts.requests++;
        return count(asked, ask);
      },
      stamp: memory.stamp,
      found(key, { stamp: storeStamp, ...embedded }, stamp) {
        if (!spaces.accepts(space, embedded.vector.length)) return false;
        memory.set(key, { ...embedded, space, stamp, storeStamp });
        return true;
      },
      made(key, embedded, begun) {
        const before = spaces.made(space, embedded.vector.length);
        if (before !== undefined) onDimensions(call.model, before, embedded.vector.length);
        memory.set(key, { ...embedded, space, ...begun });
      },
      background(work) {
        const done = work.catch(fault).finally(() => writes.delete(done));
        writes.add(done);
      },
      idle: () => lanes.get(id) === lane && lanes.delete(id),
      fault,
    });
    lanes.set(id, lane);
    return lane;
  };

  return {
    async embed(call, ask) {
      let plan: Plan | undefined;
      try {
        const settings = settingsOf(call);
        if (settings !== false && isDivisible(call))
          plan = planOf(call, { ...EMBEDDING_DEFAULTS, ...settings });
      } catch (error) {
        fault(error);
      }
      if (!plan) return count(call, () => ask(call.request));
      const me: Waiter = { call, ask, ttlMs: plan.ttlMs };
      const come = await gatherTexts(plan, me, { memory, spaces, clock, lane: () => laneOf(plan) });
      const { reply, l1, l2, shared, savedTokens } = composeReply(plan.keys, come, me);
      counts.texts += plan.keys.length;
      counts.hits += l1;
      counts.storeHits += l2;
      counts.shared += shared;
      const texts = l1 + l2 + shared;
      if (texts > 0) saved(call, texts, savedTokens);
      return reply;
    },
    forget(names) {
      if (names !== 'all') return names.filter(isSpace).forEach(forget);
      forget('all');
      spaces.clear();
    },
    async catchUp() {
      const { store: asked } = deps;
      if (!asked) return;
      await memory
        .check(
          (claims) =>
            asked.areCurrent(claims.map(({ space, stamp }) => ({ tags: [space], stamp }))).catch(() => []), // the guard has told why
        )
        .catch(fault);
    },
    async idle() {
      await Promise.all(writes);
    },
    stats: () => ({ ...memory.size(), ...counts, ...(store && { store: store.counts() }) }),
  };
}
