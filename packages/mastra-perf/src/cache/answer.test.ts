import { describe, expect, it } from 'vitest';
import { ageOf, bytesOf, type Answer } from './answer.ts';

const answer: Answer = {
  text: '[]',
  names: ['agent:a', 'key:k'],
  storedAt: 10_000,
  freshMs: 1000,
  tookMs: 5,
};
const at = (ageMs: number, times: Partial<Parameters<typeof ageOf>[2]> = {}, of = answer) =>
  ageOf(of, of.storedAt + ageMs, { ttlMs: 60_000, revalidateMs: 0, errorMs: 0, ...times });

describe('an answer is', () => {
  it.each([
    [0, true, 1000],
    [1000, true, 0],
    [1001, false, -1],
  ])('fresh for its own time, the last millisecond included: at %d ms %s', (ageMs, fresh, leftMs) => {
    expect(at(ageMs)).toEqual({ ageMs, fresh, leftMs, whileRevalidating: false, onError: false });
  });

  it.each([
    [500, true],
    [501, false],
  ])('fresh for no longer than the one who asks wants: at %d ms %s', (ageMs, fresh) => {
    expect(at(ageMs, { ttlMs: 500 }).fresh).toBe(fresh);
  });

  it.each([
    [1000, { fresh: true, whileRevalidating: false, onError: false }],
    [1001, { fresh: false, whileRevalidating: true, onError: true }],
    [1300, { fresh: false, whileRevalidating: true, onError: true }],
    [1301, { fresh: false, whileRevalidating: false, onError: true }],
    [1700, { fresh: false, whileRevalidating: false, onError: true }],
    [1701, { fresh: false, whileRevalidating: false, onError: false }],
  ])('of use for the times beyond that, each for itself: at %d ms', (ageMs, expected) => {
    expect(at(ageMs, { revalidateMs: 300, errorMs: 700 })).toMatchObject(expected);
  });

  it('counts those times from where it is stale for the one who asks', () => {
    expect(at(800, { ttlMs: 500, revalidateMs: 300 }).whileRevalidating).toBe(true);
    expect(at(801, { ttlMs: 500, revalidateMs: 300 }).whileRevalidating).toBe(false);
  });

  it('not younger than new', () => {
    expect(at(-5000)).toMatchObject({ ageMs: 0, fresh: true, leftMs: 1000 });
  });
});

describe('the memory that an answer takes', () => {
  const bytes = (text: string, names: readonly string[] = []): number => bytesOf({ ...answer, text, names });

  it('grows with its text and with its names', () => {
    expect(bytes('x'.repeat(1000)) - bytes('')).toBe(1000);
    expect(bytes('', ['n'.repeat(100)]) - bytes('')).toBeGreaterThanOrEqual(100);
    expect(bytes('')).toBeGreaterThan(100);
  });

  it('is twice as much for a text that has one character beyond ASCII', () => {
    expect(bytes('x'.repeat(999) + 'ö') - bytes('')).toBe(2000);
    expect(bytes('x'.repeat(999) + '\u007f') - bytes('')).toBe(1000);
  });
});
