import { expect, it } from 'vitest';
import { beginCall } from './begin-call.ts';
import type { ModelRequest } from './call.ts';

function begin() {
  let reads = 0;
  const request: ModelRequest = {
    prompt: [],
    get seed() {
      reads++;
      return 7;
    },
  };
  const model = { provider: 'test', modelId: 'm', specification: 'v3' };
  const bare = {
    method: 'stream' as const,
    model,
    request,
    invoke: () => Promise.reject(new Error('not asked')),
  };
  return { call: beginCall(bare, { agent: 'a', scope: [] }, {}), reads: () => reads };
}

it('begins a call as a miss, with facts of its own', () => {
  const [one, two] = [begin().call, begin().call];
  expect(one.facts).toEqual({ outcome: { name: 'miss' } });
  expect(one.facts).not.toBe(two.facts);
});

it('hashes a call when its key is first asked for, and only then', () => {
  const { call, reads } = begin();
  expect(reads()).toBe(0);
  const key = call.key();
  const afterwards = reads();
  expect(afterwards).toBeGreaterThan(0);
  expect(call.key()).toBe(key);
  expect(reads()).toBe(afterwards);
});

it('keeps the key for copies of the call: the signal of a copy is not part of the question', () => {
  const { call } = begin();
  const copy = { ...call, request: { ...call.request, abortSignal: new AbortController().signal } };
  expect(copy.key()).toBe(call.key());
});
