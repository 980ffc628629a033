import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { testEmbeddings, testModel } from './test-embeddings.ts';

/*
 * Any interleaving of callers, repetitions, bad texts, failing requests, aborts, lost memory and the passing of time gives each caller the
 * right vectors in order, the error of his own texts, or the reason of his signal.
 */

const TEXTS = ['a', 'b', 'c', 'd', 'e', 'f', 'bad 1', 'bad 2'];
const isBad = (text: string): boolean => text.startsWith('bad');
/** Numbers of all kinds: those that half the bits hold exactly, and those that they do not. */
const vectorOf = (text: string): number[] =>
  text.length === 1 && text < 'd' ? [text.charCodeAt(0), -0, 0.5] : [text.charCodeAt(0) / 3, -0, 1e-300];

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      texts: fc.array(fc.constantFrom(...TEXTS), { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('answer' as const), which: fc.nat(5), fails: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.constantFrom(1, 3, 5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const) }) },
);

const RETRYABLE = Object.assign(new Error('later'), { isRetryable: true, statusCode: 503 });
const BAD = Object.assign(new Error('bad text'), { statusCode: 400 });
const GIVEN_UP = new Error('given up');

it('gives each caller what he asked for, whatever others do', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 3, maxLength: 30 }),
      fc.boolean(),
      fc.constantFrom(undefined, 1, 2, 3),
      fc.constantFrom(1, 8),
      async (steps, isStored, maxEmbeddingsPerCall, maxParallel) => {
        const clock = testClock();
        const held: { readonly settle: (fails: boolean) => void }[] = [];
        let hasFailed = false;
        const model = testModel({
          ...(maxEmbeddingsPerCall !== undefined && { maxEmbeddingsPerCall }),
          answer: ({ values, abortSignal }) =>
            new Promise((resolve, reject) => {
              abortSignal?.addEventListener('abort', () => reject(abortSignal.reason as Error));
              const settle = (fails: boolean): void => {
                hasFailed ||= fails;
                if (fails) reject(RETRYABLE);
                else if (values.some(isBad)) reject(BAD);
                else resolve({ embeddings: values.map(vectorOf), usage: { tokens: values.length } });
              };
              held.push({ settle });
            }),
        });
        const { begin, embeddings, faults } = testEmbeddings({
          clock,
          model,
          bounds: { maxParallel },
          ...(isStored && { store: memoryStoreOn(clock).cache }),
        });
        const callers: {
          readonly texts: readonly string[];
          readonly ended: AbortController;
          readonly reply: Promise<unknown>;
        }[] = [];
        const turn = async (): Promise<void> => {
          await settled();
          clock.endTurn();
          await settled();
        };
        for (const one of steps) {
          if (one.do === 'ask') {
            const ended = new AbortController();
            callers.push({ texts: one.texts, ended, reply: begin(one.texts, { abortSignal: ended.signal }) });
          } else if (one.do === 'answer')
            held.splice(one.which % Math.max(1, held.length), 1)[0]?.settle(one.fails);
          else if (one.do === 'time') clock.advance(one.ms);
          else if (one.do === 'abort') callers[one.which]?.ended.abort(GIVEN_UP);
          else embeddings.forget('all');
          await turn();
        }
        // Everything comes to its end.
        const left = new Set(callers);
        for (const one of callers) void one.reply.catch(() => undefined).finally(() => left.delete(one));
        for (let turns = 0; left.size > 0; turns++) {
          if (turns > 500) throw new Error(`${left.size} callers were never answered`);
          clock.advance(5);
          await turn();
          for (const { settle } of held.splice(0)) settle(false);
        }
        for (const { texts, ended, reply } of callers) {
          const got = await reply.then(
            (value) => ({ vectors: (value as { readonly embeddings: number[][] }).embeddings }),
            (error: unknown) => ({ error }),
          );
          if ('vectors' in got) {
            expect(texts.some(isBad)).toBe(false);
            expect(got.vectors).toEqual(texts.map(vectorOf));
            expect(got.vectors.every(([, zero]) => Object.is(zero, -0))).toBe(true);
          } else if (got.error === GIVEN_UP) expect(ended.signal.aborted).toBe(true);
          else if (got.error === RETRYABLE) expect(hasFailed).toBe(true);
          else {
            // The error of his own text; where one of several is named, it is a bad one.
            expect(texts.some(isBad)).toBe(true);
            const { index } = got.error as { readonly index?: number };
            if (index !== undefined) expect(isBad(texts[index]!)).toBe(true);
          }
        }
        expect(faults).toEqual([]);
        expect(clock.timers()).toBe(0);
      },
    ),
    { numRuns: 400 },
  );
});
