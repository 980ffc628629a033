import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { changesAt, isRecord, placesOf, reordered, type Path } from '../base/test-changes.ts';
import type { ModelRequest, PromptMessage } from './call.ts';
import { questionKey } from './question.ts';
import { anyCaller, anyModel, anyRequest } from './test-requests.ts';

vi.setConfig({ testTimeout: 60_000 });

const RUNS = { numRuns: 500 };
const model = { provider: 'p', modelId: 'm', specification: 'v3' };
const caller = { agent: 'a', scope: ['agent'] };
const keyOf = (request: ModelRequest): string => questionKey(model, caller, request);

/** Which call an id names is a matter of its own, below; one id alone says nothing. */
const isToolCallId = (path: Path): boolean => path.at(-1) === 'toolCallId';

type Random = (below: number) => number;
const random =
  (g: fc.GeneratorValue): Random =>
  (below) =>
    g(fc.nat, { max: below - 1 });

/** The request with something done to every object that can have provider options: itself, its messages, their parts. */
function atEveryLevel(
  request: ModelRequest,
  change: (holder: Record<string, unknown>) => Record<string, unknown>,
): ModelRequest {
  const prompt = request.prompt.map((message) => {
    const { content } = message;
    const parts = Array.isArray(content)
      ? content.map((part: unknown) => (isRecord(part) ? change(part) : part))
      : content;
    return { ...change({ ...message }), content: parts } as PromptMessage;
  });
  return { ...change({ ...request }), prompt } as ModelRequest;
}

function mapIds(request: ModelRequest, map: (id: string, at: number) => string): ModelRequest {
  let at = 0;
  return atEveryLevel(request, (holder) =>
    typeof holder.toolCallId === 'string' ? { ...holder, toolCallId: map(holder.toolCallId, at++) } : holder,
  );
}

/** In which order ids appear, by their first place: `A B A` is `0 1 0`. */
function linksOf(request: ModelRequest): string {
  const ids: string[] = [];
  mapIds(request, (id) => (ids.push(id), id));
  return ids.map((id) => ids.indexOf(id)).join(' ');
}

describe('the key of a question changes', () => {
  it('with any one change, at any depth, binary content included', () => {
    fc.assert(
      fc.property(anyRequest, fc.gen(), (request, g) => {
        const path = g(fc.constantFrom, ...placesOf(request, isToolCallId).slice(1));
        const key = keyOf(request);
        for (const { what, value } of changesAt(request, path)) {
          if (!Array.isArray((value as ModelRequest).prompt)) continue;
          expect(keyOf(value as ModelRequest), `${what} at /${path.join('/')}`).not.toBe(key);
        }
      }),
      RUNS,
    );
  });

  it('with any field that nobody has thought of yet', () => {
    fc.assert(
      fc.property(anyRequest, fc.string({ minLength: 1 }), fc.jsonValue(), (request, name, value) => {
        fc.pre(!(name in request) && !['abortSignal', 'includeRawChunks', '__proto__'].includes(name));
        expect(keyOf({ ...request, [name]: value })).not.toBe(keyOf(request));
      }),
      RUNS,
    );
  });

  it('with any bit of a file', () => {
    fc.assert(
      fc.property(
        anyRequest,
        fc.uint8Array({ minLength: 1 }),
        fc.nat(),
        fc.nat(7),
        (request, data, at, bit) => {
          const flipped = data.map((byte, index) => (index === at % data.length ? byte ^ (1 << bit) : byte));
          const asking = (file: Uint8Array): ModelRequest => ({
            ...request,
            prompt: [
              ...request.prompt,
              { role: 'user', content: [{ type: 'file', mediaType: 'image/png', data: file }] },
            ],
          });
          expect(keyOf(asking(flipped))).not.toBe(keyOf(asking(data)));
          expect(keyOf(asking(Buffer.from(data)))).toBe(keyOf(asking(data)));
        },
      ),
      RUNS,
    );
  });

  it('when a tool result is given to another call', () => {
    fc.assert(
      fc.property(anyRequest, fc.gen(), (request, g) => {
        const chosen = g(fc.nat, { max: 5 });
        const other = g(fc.constantFrom, 'call_A', 'call_B', 'toolu_C', 'call_new');
        const relinked = mapIds(request, (id, at) => (at === chosen ? other : id));
        const same = linksOf(relinked) === linksOf(request);
        expect(keyOf(relinked) === keyOf(request)).toBe(same);
      }),
      { numRuns: 1500 },
    );
  });

  it('with the model, its endpoint, the agent and the scope', () => {
    fc.assert(
      fc.property(anyRequest, anyModel, anyCaller, fc.gen(), (request, identity, asking, g) => {
        const asked = { identity, asking };
        const path = g(fc.constantFrom, ...placesOf(asked, () => false).filter(({ length }) => length > 1));
        for (const { what, value } of changesAt(asked, path)) {
          const changed = value as typeof asked;
          expect(
            questionKey(changed.identity, changed.asking, request),
            `${what} at /${path.join('/')}`,
          ).not.toBe(questionKey(identity, asking, request));
        }
      }),
      RUNS,
    );
  });
});

describe('the key of a question stays', () => {
  it('with keys in another order, at every depth', () => {
    fc.assert(
      fc.property(anyRequest, fc.gen(), (request, g) => {
        expect(keyOf(reordered(request, random(g)) as ModelRequest)).toBe(keyOf(request));
      }),
      RUNS,
    );
  });

  it('with fields that are undefined, at every depth', () => {
    const padded = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(padded);
      if (!isRecord(value)) return value;
      const fields = Object.entries(value).map(([key, field]) => [key, padded(field)]);
      return { ...Object.fromEntries(fields), 'left out': undefined };
    };
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(keyOf(padded(request) as ModelRequest)).toBe(keyOf(request));
      }),
      RUNS,
    );
  });

  it('with what names a call, a trace or a thread, in any case', () => {
    const identifying = fc.constantFrom(
      'x-thread-id',
      'x-resource-id',
      'x-request-id',
      'x-correlation-id',
      'traceparent',
      'tracestate',
      'baggage',
      'sentry-trace',
      'b3',
      'x-b3-traceid',
      'x-datadog-trace-id',
      'x-amzn-trace-id',
      'x-cloud-trace-context',
      'user-agent',
    );
    fc.assert(
      fc.property(anyRequest, fc.dictionary(fc.mixedCase(identifying), fc.string()), (request, added) => {
        const changed = {
          ...request,
          abortSignal: new AbortController().signal,
          headers: { ...added, ...request.headers },
        };
        expect(keyOf(changed)).toBe(keyOf({ ...request, headers: request.headers ?? {} }));
        expect(keyOf({ ...changed, headers: request.headers ?? {} })).toBe(keyOf(request));
      }),
      RUNS,
    );
  });

  it('with header names in another case, but not with other values', () => {
    const headers = fc.dictionary(fc.constantFrom('x-tenant', 'authorization', 'openai-beta'), fc.string(), {
      minKeys: 1,
    });
    fc.assert(
      fc.property(anyRequest, headers, fc.gen(), (request, given, g) => {
        const mixed = Object.entries(given).map(
          ([name, value]) => [g(fc.mixedCase, fc.constant(name)), value] as const,
        );
        const key = keyOf({ ...request, headers: given });
        expect(keyOf({ ...request, headers: Object.fromEntries(mixed) })).toBe(key);
        const [[name, value] = ['', '']] = Object.entries(given);
        expect(keyOf({ ...request, headers: { ...given, [name]: `${value}.` } })).not.toBe(key);
      }),
      RUNS,
    );
  });

  it("with what is Mastra's or ours in provider options, at the call, its messages and their parts", () => {
    fc.assert(
      fc.property(anyRequest, fc.jsonValue(), fc.gen(), (request, value, g) => {
        const marked = atEveryLevel(request, (holder) => ({
          ...holder,
          providerOptions: {
            [g(fc.constantFrom, 'mastra', 'mastraPerf')]: value,
            ...(holder.providerOptions as object),
          },
        }));
        expect(keyOf(marked)).toBe(keyOf(request));
      }),
      RUNS,
    );
  });

  it('with other ids of tool calls, as long as they are the same ones throughout', () => {
    fc.assert(
      fc.property(
        anyRequest,
        fc.uniqueArray(fc.string(), { minLength: 3, maxLength: 3 }),
        (request, names) => {
          const renamed = mapIds(
            request,
            (id) => names['call_A call_B toolu_C'.split(' ').indexOf(id)] ?? id,
          );
          expect(keyOf(renamed)).toBe(keyOf(request));
        },
      ),
      RUNS,
    );
  });
});
