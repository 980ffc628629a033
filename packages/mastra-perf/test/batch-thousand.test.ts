import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InMemoryStore } from '@mastra/core/storage';
import { LibSQLStore } from '@mastra/libsql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BatchError } from '../src/batch/batch-error.ts';
import { MessageBatcher } from '../src/batch/message-batcher.ts';
import { answerTo, batchWorld, rightAnswers } from './batch-world.ts';

vi.setConfig({ testTimeout: 180_000 });

const MESSAGES = 1000;
const THREADS = 40;
const quick = { generateOptions: { modelSettings: { maxRetries: 0 } } };

const asked = Array.from({ length: MESSAGES }, (_, n) => ({
  thread: `thread-${n % THREADS}`,
  resource: `user-${n % (THREADS / 2)}`,
  message: `message ${n} of thread ${n % THREADS}: ${'?'.repeat(1 + (n % 7))}`,
}));

describe('a thousand messages over forty threads', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'batch-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['in memory', () => new InMemoryStore()],
    ['in a database', () => new LibSQLStore({ id: 'batch', url: `file:${join(folder, 'batch.db')}` })],
  ])('are 120 calls, and each is answered right and stored in its thread, %s', async (_, storage) => {
    await using world = await batchWorld({ storage: storage() });
    const errors: unknown[] = [];
    await using batcher = new MessageBatcher(world.agent, {
      ...quick,
      maxWaitMs: 200,
      onError: (error) => void errors.push(error),
    });
    const answers = await Promise.all(
      asked.map(({ thread, resource, message }) => batcher.process(thread, message, { resource })),
    );

    expect(answers.map(({ response }) => response)).toEqual(asked.map(({ message }) => answerTo(message)));
    const totals = world.provider.totals();
    expect(totals.requests / MESSAGES).toBeLessThanOrEqual(0.12);
    expect(errors).toEqual([]);

    const sum = (field: 'inputTokens' | 'outputTokens') =>
      answers.reduce((all, { usage }) => all + usage[field], 0);
    expect(sum('inputTokens')).toBe(totals.inputTokens);
    expect(sum('outputTokens')).toBe(totals.outputTokens);
    expect(batcher.stats()).toMatchObject({ calls: 120, answered: MESSAGES, retried: 0 });

    for (let thread = 0; thread < THREADS; thread++) {
      const messages = await world.stored(`thread-${thread}`);
      const own = asked.filter((one) => one.thread === `thread-${thread}`);
      expect(messages.map(({ role, content }) => [role, content.content])).toEqual(
        own.flatMap(({ message }) => [
          ['user', message],
          ['assistant', answerTo(message)],
        ]),
      );
      const times = messages.map(({ createdAt }) => createdAt.getTime());
      expect(new Set(times).size, 'no two at the same time').toBe(times.length);
      expect(new Set(messages.map(({ resourceId }) => resourceId))).toEqual(new Set([own[0]!.resource]));
      const ids = answers
        .filter((_answer, n) => asked[n]?.thread === `thread-${thread}`)
        .map((one) => one.messageId);
      expect(messages.filter(({ role }) => role === 'user').map(({ id }) => id)).toEqual(ids);
    }
    for (const request of world.requests) {
      const own = /of thread (\d+)/.exec(JSON.stringify(request.messages))?.[1];
      const threads = JSON.stringify(request.messages).match(/of thread \d+/g) ?? [];
      expect(new Set(threads), 'nothing of another thread is in the prompt').toEqual(
        new Set([`of thread ${own}`]),
      );
    }

    // The plugin saw the calls by itself, and whose they were.
    await world.perf.flush();
    const rows = await world.perf.usage.report({ by: ['resource'] });
    const users = rows.map(({ resource, spent }) => [resource, spent.inputTokens]).toSorted();
    const expected = new Map<string, number>();
    answers.forEach(({ usage }, n) => {
      const { resource } = asked[n]!;
      expected.set(resource, (expected.get(resource) ?? 0) + usage.inputTokens);
    });
    expect(users).toEqual([...expected].toSorted());
  });

  it('settle each once when answers are malformed, calls fail and callers leave, and nobody gets the answer of another', async () => {
    const chance = seeded(8);
    await using world = await batchWorld({
      memory: false,
      answer(items) {
        const right = rightAnswers(items);
        if (chance() >= 0.05) return { text: JSON.stringify(right) };
        const [first, ...others] = right.answers as { id: string }[];
        const malformed = [
          'Sorry, I cannot do that.',
          JSON.stringify(right).slice(0, -40),
          JSON.stringify({ answers: others }),
          JSON.stringify({ answers: [...right.answers, { ...others[0], response: 'of somebody else' }] }),
          JSON.stringify({ answers: right.answers.map((one) => ({ ...one, id: 'aaaaaaaa' })) }),
          JSON.stringify({ answers: [{ ...first, response: 7 }, ...others] }),
        ];
        return { text: malformed[Math.floor(chance() * malformed.length)]! };
      },
    });
    world.provider.configure({
      fail: () => (chance() < 0.02 ? { status: chance() < 0.5 ? 500 : 400 } : undefined),
      timeToFirstTokenMs: 30,
    });
    await using batcher = new MessageBatcher(world.agent, { ...quick, maxWaitMs: 50 });
    let settlements = 0;
    const outcomes = asked.map(async ({ thread, resource, message }) => {
      const abort = new AbortController();
      if (chance() < 0.1) setTimeout(() => abort.abort(new Error('left')), chance() * 300);
      try {
        const { response, usage } = await batcher.process(thread, message, {
          resource,
          signal: abort.signal,
        });
        expect(response).toBe(answerTo(message));
        return { usage, how: 'answered' };
      } catch (error) {
        if (error instanceof BatchError) return { usage: error.usage, how: error.reason };
        expect(error).toMatchObject({ message: 'left' });
        return { usage: undefined, how: 'left' };
      } finally {
        settlements++;
      }
    });
    const settled = await Promise.all(outcomes);
    expect(settlements).toBe(MESSAGES);
    await batcher.flush();
    await world.provider.settled();

    const count = (how: string) => settled.filter((one) => one.how === how).length;
    const stats = batcher.stats();
    expect(stats).toMatchObject({ messages: MESSAGES, open: 0, waiting: 0 });
    expect([stats.answered, stats.left]).toEqual([count('answered'), count('left')]);
    expect(stats.failed).toBe(MESSAGES - count('answered') - count('left'));
    expect(stats.retried).toBeGreaterThan(0);
    expect(stats.left).toBeGreaterThan(20);
    expect(stats.answered).toBeGreaterThan(800);
    const whole = world.provider.log.filter(({ status, aborted }) => status === 200 && !aborted);
    expect(stats.usage.inputTokens).toBe(whole.reduce((sum, one) => sum + one.inputTokens, 0));
    expect(stats.usage.outputTokens).toBe(whole.reduce((sum, one) => sum + one.outputTokens, 0));
    expect(stats.calls).toBe(world.provider.totals().requests);
  });
});

/** Numbers from 0 to 1 that are the same in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}
