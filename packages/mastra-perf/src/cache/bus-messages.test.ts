import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import type { CallSettings } from '../pipeline/test-calls.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import { chaosStore } from '../testing/chaos-store.ts';
import { pairOn, tagged, type PairOptions } from './test-pair.ts';

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

async function setUp(options?: PairOptions) {
  const clock = testClock();
  const chaos = chaosStore(memoryStoreOn(clock));
  return { clock, chaos, ...(await pairOn(chaos, clock, options)) };
}

describe('a message on the bus', () => {
  const HOSTILE = [
    'not json',
    '',
    '{',
    'null',
    '7',
    '"text"',
    '[]',
    '{}',
    '{"names":["tag:kb:42"]}',
    '{"from":"x"}',
    '{"from":"x","names":"tag:kb:42"}',
    '{"from":"x","names":[7]}',
    '{"from":"x","names":null}',
    '{"from":"x","replaced":7}',
    '{"from":"x","replaced":{}}',
    '{"from":"x","a later version":true}',
    '{"from":"x","__proto__":{"names":[]}}',
    '{"from":"x","all":false}',
    `{"from":"x","names":[${'"y",'.repeat(1000)}7]}`,
  ] as const;

  it.each(HOSTILE)(
    'that nobody understands is taken for the worst that it could mean: %.40s',
    async (text) => {
      const { a, b, chaos } = await setUp();
      await a.ask(tagged);
      await a.background.idle();
      await b.ask(tagged);
      await chaos.bus!.publish('cache', text);
      await settled();
      expect((await b.asks(tagged))[1]).toBe('hit l2');
      expect((await a.asks(tagged))[1]).toBe('hit l2');
      expect([...a.faults, ...b.faults]).toEqual([]);
    },
  );

  it.each([
    '{"from":"x","names":["__proto__","constructor"]}',
    '{"from":"x","names":[]}',
    '{"from":"x","replaced":"__proto__"}',
    `{"from":"x","names":["tag:kb:43"],"__proto__":{"all":true}}`,
  ])('about something else takes nothing away: %s', async (text) => {
    const { a, chaos } = await setUp();
    await a.ask(tagged);
    await a.background.idle();
    await chaos.bus!.publish('cache', text);
    await settled();
    expect((await a.asks(tagged))[1]).toBe('hit l1');
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  it('of another topic is none of the cache’s', async () => {
    const { a, chaos } = await setUp();
    await a.ask(tagged);
    await a.background.idle();
    await chaos.bus!.publish('coalesce', '{"from":"x","all":true}');
    await settled();
    expect((await a.asks(tagged))[1]).toBe('hit l1');
  });

  it('holds no text of a prompt or an answer', async () => {
    const { a, chaos } = await setUp();
    const messages: string[] = [];
    await chaos.bus!.subscribe('cache', {
      message: (text) => void messages.push(text),
      gap: () => undefined,
    });
    const secret: CallSettings = {
      ...tagged,
      request: { prompt: [{ role: 'user', content: [{ type: 'text', text: 'secret' }] }] },
    };
    await a.ask(secret);
    await a.ask({ ...secret, overrides: { ...tagged.overrides, cache: 'refresh' } });
    await a.background.idle();
    await a.cache.invalidate({ tags: ['kb:42'] });
    await a.cache.clear();
    expect(messages).toHaveLength(3);
    expect(messages.join()).not.toMatch(/secret|A \d/);
  });
});
