import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../pipeline/call.ts';
import { answer, anyConversation, step, system, unmarked, user, whereMarked } from './test-conversations.ts';
import { sent, tools, type Asking } from './test-sent.ts';

describe('whatever the conversation, prompt caching', () => {
  const anyProvider = fc.constantFrom<Asking>(
    {},
    { provider: 'amazon-bedrock', modelId: 'anthropic.claude-opus-4-5-v1:0' },
    { provider: 'openrouter', modelId: 'anthropic/claude-opus-5' },
    { isPassing: () => true },
  );

  it('never has more than four markers, unless there were more, and does nothing a second time', async () => {
    await fc.assert(
      fc.asyncProperty(anyConversation, anyProvider, async (request, asking) => {
        const before = whereMarked(request).length;
        const once = await sent(request, asking);
        expect(once.faults).toEqual([]);
        const after = whereMarked(once.request).length;
        expect(after).toBe(before + (once.facts?.markers ?? 0));
        expect(after).toBeLessThanOrEqual(Math.max(4, before));
        const twice = await sent(once.request, asking);
        expect(twice.request).toBe(once.request);
        expect(twice.facts).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it('changes nothing but markers and the order of tools, and never what it was given', async () => {
    await fc.assert(
      fc.asyncProperty(anyConversation, anyProvider, async (request, asking) => {
        const copy = structuredClone(request);
        const { request: asked } = await sent(deepFrozen(request), asking);
        expect(request).toEqual(copy);
        expect(byName(unmarked(asked))).toEqual(byName(unmarked(request)));
        for (const own of whereMarked(request)) expect(whereMarked(asked)).toContain(own);
      }),
      { numRuns: 500 },
    );
  });

  it('never puts a marker for five minutes before one for an hour', async () => {
    await fc.assert(
      fc.asyncProperty(anyConversation, async (request) => {
        const isOrdered = (ttls: readonly string[]) =>
          !ttls.includes('5m') || ttls.lastIndexOf('1h') < ttls.indexOf('5m');
        fc.pre(isOrdered(ttlsOf(request)));
        expect(isOrdered(ttlsOf((await sent(request)).request))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('has the prompt the same, from call to call, up to what was marked before', async () => {
    const calls = [];
    let prompt = [system(), user('first')];
    for (let turn = 0; turn < 4; turn++) {
      for (let number = 0; number < 10; number++) {
        calls.push(await sent({ prompt, tools: number % 2 === 0 ? tools : tools.toReversed() }));
        prompt = [...prompt, ...step(turn * 10 + number)];
      }
      calls.push(await sent({ prompt, tools }));
      prompt = [...prompt, answer(`answer ${turn}`), user(`question ${turn}`)];
    }
    for (const [index, { request }] of calls.entries()) {
      const next = calls[index + 1]?.request;
      if (!next) continue;
      const end = Number(whereMarked(request).at(-1)!.split(' ')[0]);
      expect(end).toBe(request.prompt.length - 1);
      const start = (of: ModelRequest) =>
        JSON.stringify(unmarked({ tools: of.tools, prompt: of.prompt.slice(0, end + 1) }));
      expect(start(next)).toBe(start(request));
    }
  });
});

const byName = (request: ModelRequest): object => ({
  ...request,
  tools: Array.isArray(request.tools)
    ? request.tools.toSorted((a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name))
    : undefined,
});

function ttlsOf({ tools: list, prompt, providerOptions }: ModelRequest): string[] {
  const all = [...(Array.isArray(list) ? list : []), ...prompt, { providerOptions }];
  return all.flatMap((each: { providerOptions?: Record<string, { cacheControl?: { ttl?: string } }> }) => {
    const control = each.providerOptions?.anthropic?.cacheControl;
    return control ? [control.ttl ?? '5m'] : [];
  });
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const own of Object.values(value)) deepFrozen(own);
  return Object.freeze(value);
}
