import { gate, mockModel } from '@mastra-perf/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { createPerf, type Perf } from '../src/index.ts';

let perf: Perf | undefined;
afterEach(() => perf?.close());

function agentOn(model: ReturnType<typeof mockModel>): Agent {
  perf = createPerf();
  const agent = new Agent({ id: 'a', name: 'a', instructions: 'i', model });
  new Mastra({ agents: { a: agent }, logger: false, storage: new InMemoryStore(), processors: { perf } });
  return agent;
}

const words = Array.from({ length: 20 }, (_, index) => `word${index} `);

/** A model that gives its first half at once and the rest when the gate opens. */
function halfway() {
  const half = gate();
  const model = mockModel({
    respond: () => ({ deltas: words, gate: (index) => (index > words.length / 2 ? half.wait() : undefined) }),
  });
  return { model, rest: half.open };
}

/** Reads a stream and tells when its first text has come. */
function reading(agent: Agent, options: { readonly abortSignal?: AbortSignal } = {}) {
  let first = () => {};
  const begun = new Promise<void>((resolve) => (first = resolve));
  const text = (async () => {
    const { textStream } = await agent.stream('q', options);
    let all = '';
    for await (const delta of textStream) {
      all += delta;
      first();
    }
    return all;
  })();
  return { begun, text };
}

describe.each([
  { order: 'generate first', isStream: (index: number) => index % 2 === 1 },
  { order: 'stream first', isStream: (index: number) => index % 2 === 0 },
])('100 equal calls at once, half generate and half stream, $order', ({ isStream }) => {
  it('are one model call, and every stream is live', async () => {
    const { model, rest } = halfway();
    const agent = agentOn(model);
    const streams: Array<ReturnType<typeof reading>> = [];
    const generates: Array<Promise<string>> = [];
    for (let index = 0; index < 100; index++) {
      if (isStream(index)) streams.push(reading(agent));
      else generates.push(agent.generate('q').then(({ text }) => text));
    }
    await Promise.all(streams.map(({ begun }) => begun)); // every stream has text while the model has not finished
    expect(model.calls.partsEmitted).toBeLessThan(words.length);
    rest();
    const texts = await Promise.all([...streams.map(({ text }) => text), ...generates]);
    expect(texts).toEqual(Array.from({ length: 100 }, () => words.join('')));
    expect(model.calls.total).toBe(1);
  });

  it('answer everybody else when the first one gives up midway', async () => {
    const { model, rest } = halfway();
    const agent = agentOn(model);
    const leader = new AbortController();
    const calls = Array.from({ length: 100 }, (_, index) => {
      const options = index === 0 ? { abortSignal: leader.signal } : {};
      return isStream(index)
        ? reading(agent, options)
        : { begun: undefined, text: agent.generate('q', options).then(({ text }) => text) };
    });
    await Promise.all(calls.map(({ begun }) => begun));
    leader.abort();
    await calls[0]?.text.catch(() => undefined);
    rest();
    const texts = await Promise.all(calls.slice(1).map(({ text }) => text));
    expect(texts).toEqual(Array.from({ length: 99 }, () => words.join('')));
    expect(model.calls.total).toBe(1);
    expect(model.calls.aborted).toBe(0);
  });
});

it('ends the model call when everybody has given up, and the next one asks again', async () => {
  const { model, rest } = halfway();
  const agent = agentOn(model);
  const abort = new AbortController();
  const calls = Array.from({ length: 5 }, () => reading(agent, { abortSignal: abort.signal }));
  await Promise.all(calls.map(({ begun }) => begun));
  abort.abort();
  await Promise.allSettled(calls.map(({ text }) => text));
  rest();
  expect((await agent.generate('q')).text).toBe(words.join(''));
  expect([model.calls.total, model.calls.aborted]).toEqual([2, 1]);
});

it('does not repeat a failing call once for each caller', async () => {
  const refused = Object.assign(new Error('refused'), { isRetryable: false });
  const model = mockModel({ respond: (_, call) => (call === 1 ? { error: refused } : { text: 'good' }) });
  const agent = agentOn(model);
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => agent.generate('q')));
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(model.calls.total).toBe(2);
});
