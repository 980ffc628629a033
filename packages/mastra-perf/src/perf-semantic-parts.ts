import { randomUUID } from 'node:crypto';
import { createCodec, isUnreadable } from './cache/codec.ts';
import type { PerfSemanticDeps, SemanticParts } from './perf-semantic.ts';
import { createDecisions, type LearnedStore } from './semantic/decision/decisions.ts';
import { answerGuards } from './semantic/guards/answer-guards.ts';
import { defaultGuards } from './semantic/guards/default-guards.ts';
import { pairScore } from './semantic/guards/pair-score.ts';
import { memoryIndex } from './semantic/index/memory-index.ts';
import { vectorStoreIndex, type Seal } from './semantic/index/vector-store-index.ts';
import { SEMANTIC_BOUNDS } from './semantic/options.ts';
import { questionVectors } from './semantic/question-vectors.ts';
import { semanticCache } from './semantic/semantic-cache.ts';
import { MAX_TTL_MS, type CacheStore, type Stamp } from './stores/cache-store.ts';

/** The semantic cache, with what it needs. Loaded by perf-semantic.ts when the first call comes. */
export function createSemanticParts(deps: PerfSemanticDeps): SemanticParts {
  const { bounds, clock, random, background, store } = deps;
  const fault = (error: unknown): void => deps.fault('semantic', error);
  const codec = createCodec(deps.encryptionKeys === undefined ? {} : { encryptionKeys: deps.encryptionKeys });
  const seal: Seal = {
    close: async (text, place) => Buffer.from(await codec.encode(text, place)).toString('base64'),
    open: (sealed, place) => codec.decode(Buffer.from(sealed, 'base64'), place),
  };
  const index = bounds.vectorStore
    ? vectorStoreIndex({
        store: bounds.vectorStore,
        seal,
        clock,
        onUnreadable: () => cache.unreadable(),
        fault,
      })
    : memoryIndex({
        ...SEMANTIC_BOUNDS,
        ...bounds,
        clock,
        pause: () => new Promise((resolve) => void setImmediate(resolve)),
      });
  const decisions = createDecisions({ clock, random, store: store && learnedIn(store, codec), fault });
  const cache = semanticCache({
    clock,
    background,
    settingsOf: deps.settingsOf,
    index,
    vectors: questionVectors({
      clock,
      through: (embedder, agent) => deps.embedder()(embedder, { agent }),
    }),
    decisions,
    defaultGuards,
    answerGuards: answerGuards(),
    pairScore,
    stored: deps.cache.storedUnder,
    createId: randomUUID,
    fault,
  });
  return {
    middleware: cache.middleware,
    learn: cache.feedback,
    recent: cache.recent,
    judge: cache.judge,
    stats: cache.stats,
    flush: decisions.flush,
    close() {
      decisions.close();
      index.clear();
    },
  };
}

/** Beside the answers, in the same form: encrypted where they are, so that nobody else can say what was learned. */
function learnedIn(store: CacheStore, codec: ReturnType<typeof createCodec>): LearnedStore {
  const keyOf = (name: string): string => `semantic:${name}`;
  /** From before it was read: what others write until then is not overwritten. */
  const stamps = new Map<string, Stamp>();
  return {
    async read(name) {
      const stamp = await store.stamp();
      const [found] = await store.getMany([{ key: keyOf(name) }]);
      stamps.set(name, stamp);
      if (!found) return undefined;
      try {
        return await codec.decode(found.value, keyOf(name));
      } catch (error) {
        if (isUnreadable(error)) return undefined;
        throw error;
      }
    },
    async write(name, text) {
      const value = await codec.encode(text, keyOf(name));
      const stamp = stamps.get(name) ?? (await store.stamp());
      const [stands = false] = await store.setMany([
        { key: keyOf(name), value, tags: [], stamp, ttlMs: MAX_TTL_MS },
      ]);
      return stands;
    },
  };
}
