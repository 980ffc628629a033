import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { settled } from '../base/test-clock.ts';
import { broadcast } from './broadcast.ts';
import type { StreamPart } from './parts.ts';
import type { PartReader } from './reader.ts';
import { answerOf, handDriven } from './test-calls.ts';

vi.setConfig({ testTimeout: 60_000 });

const stay = (): void => {
  throw new Error('nobody was to leave');
};

async function rest(reader: PartReader): Promise<StreamPart[]> {
  const parts: StreamPart[] = [];
  for (let result = await reader.read(); !result.done; result = await reader.read()) parts.push(result.value);
  return parts;
}

const piece = (index: number): StreamPart => ({ type: 'text-delta', id: '0', delta: `${index} ` });

describe('broadcast', () => {
  it('gives every reader every part, each at its own pace', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constant('push' as const), fc.nat(2)), { maxLength: 40 }),
        fc.constantFrom('end', 'fail'),
        async (steps, ending) => {
          const source = handDriven();
          const { subscribe } = broadcast(source);
          const readers = [0, 1, 2].map(() => subscribe(undefined, stay));
          const got: StreamPart[][] = [[], [], []];
          const pushed: StreamPart[] = [];
          for (const step of steps) {
            if (step === 'push') {
              pushed.push(piece(pushed.length));
              source.push(pushed.at(-1)!);
            } else if (got[step]!.length < pushed.length) {
              const result = await readers[step]!.read();
              if (!result.done) got[step]!.push(result.value);
            }
          }
          const error = new Error('lost');
          if (ending === 'end') source.end();
          else source.fail(error);
          for (const [index, reader] of readers.entries()) {
            while (got[index]!.length < pushed.length) {
              const result = await reader.read();
              if (!result.done) got[index]!.push(result.value);
            }
            if (ending === 'end') expect(await reader.read()).toEqual({ done: true });
            else await expect(reader.read()).rejects.toBe(error);
            expect(got[index]).toEqual(pushed);
          }
        },
      ),
      { numRuns: 300 },
    ));

  it('is live: the first part is there before the source has the second', async () => {
    const source = handDriven();
    const { subscribe } = broadcast(source);
    const [one, two] = [subscribe(undefined, stay), subscribe(undefined, stay)];
    const waiting = one.read();
    source.push(piece(1));
    expect(await waiting).toEqual({ done: false, value: piece(1) });
    expect(await two.read()).toEqual({ done: false, value: piece(1) });
  });

  it('reads its source to the end, also when nobody reads', async () => {
    const source = handDriven();
    const { ended } = broadcast(source);
    source.push(...answerOf('hello'));
    source.end();
    await expect(ended).resolves.toBeUndefined();
  });

  it('has ended without a rejection when its source has failed', async () => {
    const source = handDriven();
    const { ended } = broadcast(source);
    source.fail(new Error('lost'));
    await expect(ended).resolves.toBeUndefined();
  });

  it('starts a late reader at the first part, also after the end', async () => {
    const source = handDriven();
    const { subscribe, ended } = broadcast(source);
    source.push(piece(1), piece(2));
    await settled();
    const late = subscribe(undefined, stay);
    source.push(piece(3));
    source.end();
    await ended;
    expect(await rest(late)).toEqual([piece(1), piece(2), piece(3)]);
    expect(await rest(subscribe(undefined, stay))).toEqual([piece(1), piece(2), piece(3)]);
  });

  it('ends alone who cancels, at once and for good', async () => {
    const source = handDriven();
    const { subscribe } = broadcast(source);
    const left = vi.fn();
    const [leaving, staying] = [subscribe(undefined, left), subscribe(undefined, stay)];
    const waiting = leaving.read();
    await leaving.cancel();
    expect(await waiting).toEqual({ done: true });
    await leaving.cancel();
    expect(left).toHaveBeenCalledTimes(1);
    source.push(piece(1));
    source.end();
    expect(await leaving.read()).toEqual({ done: true });
    expect(await rest(staying)).toEqual([piece(1)]);
  });

  it('fails alone whose signal aborts, with its reason', async () => {
    const source = handDriven();
    const { subscribe } = broadcast(source);
    const left = vi.fn();
    const [mine, other] = [new AbortController(), new AbortController()];
    const [leaving, staying] = [subscribe(mine.signal, left), subscribe(other.signal, stay)];
    source.push(piece(1));
    await leaving.read();
    const waiting = leaving.read();
    const reason = new Error('enough');
    mine.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(leaving.read()).rejects.toBe(reason);
    expect(left).toHaveBeenCalledTimes(1);
    source.push(piece(2));
    source.end();
    expect(await rest(staying)).toEqual([piece(1), piece(2)]);
  });

  it('does not give parts to who has aborted, although they are there', async () => {
    const source = handDriven();
    const { subscribe, ended } = broadcast(source);
    const mine = new AbortController();
    const left = vi.fn();
    const reader = subscribe(mine.signal, left);
    source.push(piece(1));
    source.end();
    await ended;
    mine.abort();
    await expect(reader.read()).rejects.toBe(mine.signal.reason);
    expect(left).not.toHaveBeenCalled(); // there was nothing to leave any more
  });

  it('fails at once for a signal that has aborted before', async () => {
    const left = vi.fn();
    const reader = broadcast(handDriven()).subscribe(AbortSignal.abort('before'), left);
    await expect(reader.read()).rejects.toBe('before');
    expect(left).toHaveBeenCalledTimes(1);
  });

  it('lets go of the signal when it is over', async () => {
    const source = handDriven();
    const { signal } = new AbortController();
    const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
    const reader = broadcast(source).subscribe(signal, stay);
    source.end();
    await rest(reader);
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      added.mock.calls.map(([, listener]) => listener),
    );
  });
});
