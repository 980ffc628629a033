import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assembler, channelOf, payloadsOf } from './messages.ts';

const text = fc.oneof(
  fc.string({ maxLength: 50 }),
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
  fc.nat(40_000).map((length) => 'x'.repeat(length)),
  fc.nat(20_000).map((length) => 'é'.repeat(length)),
);

it('texts come out as they went in, in payloads that Postgres takes', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), (texts) => {
      const payloads = texts.flatMap((one, index) => payloadsOf(`a-Z_9.${index}`, one));
      for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(8000);
      expect(new Set(payloads).size).toBe(payloads.length);
      const assemble = assembler();
      expect(payloads.map(assemble).filter((one) => one !== undefined)).toEqual(texts);
    }),
  );
});

it('a text of which a part is missing is never told, and the next one is', () => {
  const long = payloadsOf('a.1', 'x'.repeat(20_000));
  for (let missing = 0; missing < long.length; missing++) {
    const assemble = assembler();
    const heard = [...long.toSpliced(missing, 1), ...payloadsOf('a.2', 'next')].map(assemble);
    expect(heard.filter((one) => one !== undefined)).toEqual(['next']);
  }
});

it('what others say on the channel is passed over', () => {
  const assemble = assembler();
  for (const payload of ['', 'hello', 'a.1 x', 'a.1 1 2 ptext', 'a.1 7 2 ptext'])
    expect(assemble(payload)).toBeUndefined();
});

it('channels are apart for each schema and topic, and as long as Postgres takes', () => {
  const pairs = [
    ['a', 'b'],
    ['a', 'B'],
    ['ab', ''],
    ['', 'ab'],
    ['a', 'b\ud800'],
    ['a', 'b\udc00'],
    ['a', 'x'.repeat(1000)],
  ] as const;
  const channels = pairs.map(([schema, topic]) => channelOf(schema, topic));
  expect(new Set(channels).size).toBe(pairs.length);
  for (const channel of channels) expect(channel).toMatch(/^mastra_perf_[0-9a-f]{40}$/);
});
