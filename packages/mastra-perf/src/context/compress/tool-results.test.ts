import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PromptMessage } from '../../pipeline/call.ts';
import { cutToolResults } from './cut-tool-results.ts';
import { dropRepeatedToolResults } from './drop-repeated-tool-results.ts';
import { DEFAULT_MODEL, steadyCount } from './steady-count.ts';
import type { ToolOutput, ToolResult } from './tool-results.ts';

const count = steadyCount(DEFAULT_MODEL);

const resultOf = (toolCallId: string, output: ToolOutput, toolName = 'search'): PromptMessage => ({
  role: 'tool',
  content: [{ type: 'tool-result', toolCallId, toolName, output }],
});
const callOf = (toolCallId: string, toolName = 'search'): PromptMessage => ({
  role: 'assistant',
  content: [{ type: 'tool-call', toolCallId, toolName, input: { q: 1 } }],
});
const resultsIn = (prompt: readonly PromptMessage[]): ToolResult[] =>
  prompt.flatMap(({ role, content }) => (role === 'tool' ? (content as ToolResult[]) : []));
const valueIn = (prompt: readonly PromptMessage[], at = 0): unknown => resultsIn(prompt)[at]!.output.value;
const idsIn = (prompt: readonly PromptMessage[]): string[] =>
  prompt.flatMap(({ content }) =>
    Array.isArray(content)
      ? content.flatMap((part: Partial<ToolResult>) =>
          part.toolCallId === undefined ? [] : [`${part.type} ${part.toolCallId} ${part.toolName}`],
        )
      : [],
  );

const items = Array.from({ length: 400 }, (_, id) => ({ id, title: `item ${id}` }));
const longText = 'A line of a log that nobody reads. '.repeat(200);
const all = Infinity;

const anyOutput: fc.Arbitrary<ToolOutput> = fc.oneof(
  fc.record({ type: fc.constant('json'), value: fc.jsonValue() }),
  fc.record({
    type: fc.constantFrom('text', 'error-text'),
    value: fc.oneof(fc.string(), fc.lorem({ maxCount: 120 }), fc.json(), fc.constantFrom(longText, 'ok')),
  }),
  fc.record({
    type: fc.constant('content'),
    value: fc.array(fc.record({ type: fc.constantFrom('text', 'file'), text: fc.lorem({ maxCount: 80 }) }), {
      maxLength: 4,
    }),
  }),
  fc.record({ type: fc.constantFrom('error-json', 'execution-denied'), value: fc.constant(items) }),
  fc.constant({ type: 'json', value: items }),
);
const anyPrompt = fc
  .array(fc.tuple(anyOutput, fc.constantFrom('search', 'read')), { maxLength: 12 })
  .map((outputs) =>
    outputs.flatMap(([output, tool], at) => [
      { role: 'user', content: [{ type: 'text', text: `question ${at}` }] },
      callOf(`call-${at}`, tool),
      resultOf(`call-${at}`, output, tool),
    ]),
  );

describe('cutting results of tools', () => {
  const cut = (prompt: readonly PromptMessage[], maxTokens = 100, protectFrom = all) =>
    cutToolResults(prompt, { maxTokens, count, protectFrom });

  it('cuts long JSON by its structure, and leaves it JSON', () => {
    const { prompt, cutResults } = cut([callOf('a'), resultOf('a', { type: 'json', value: items })]);
    expect(cutResults).toBe(1);
    const value = valueIn(prompt) as { rows: unknown[] };
    expect(value.rows[0]).toEqual([0, 'item 0']);
    expect(value.rows.at(-1)).toEqual([399, 'item 399']);
    expect(value.rows).toContainEqual(expect.stringMatching(/^… \d+ of 400 items left out$/));
    expect(count(JSON.stringify(value))).toBeLessThanOrEqual(100);
  });

  it('takes JSON in a text for JSON, and other text by head and tail', () => {
    const { prompt } = cut([
      resultOf('a', { type: 'text', value: JSON.stringify(items, null, 2) }),
      resultOf('b', { type: 'text', value: longText }),
    ]);
    expect(JSON.parse(valueIn(prompt) as string)).toHaveProperty('columns', ['id', 'title']);
    expect(valueIn(prompt, 1)).toMatch(/^A line .*… \d+ characters left out ….*reads\. $/);
    expect(resultsIn(prompt).map(({ output }) => output.type)).toEqual(['text', 'text']);
  });

  it('cuts texts between images, which stay', () => {
    const image = { type: 'image-data', data: 'aaaa', mediaType: 'image/png' };
    const value = [{ type: 'text', text: longText }, image, { type: 'text', text: 'ok' }];
    const { prompt } = cut([resultOf('a', { type: 'content', value })]);
    const [text, kept, small] = valueIn(prompt) as [{ text: string }, unknown, unknown];
    expect(text.text).toMatch(/characters left out/);
    expect(kept).toBe(image);
    expect(small).toBe(value[2]);
  });

  it('leaves errors, small results, protected messages and results of the provider as they are', () => {
    const prompt = [
      resultOf('a', { type: 'error-text', value: longText }),
      resultOf('b', { type: 'error-json', value: items }),
      resultOf('c', { type: 'text', value: 'short' }),
      { ...resultOf('d', { type: 'text', value: longText }), role: 'assistant' },
      { role: 'tool', content: 'not a list' },
      { role: 'tool', content: [null, 1, { type: 'tool-result' }, { type: 'tool-approval-response' }] },
      resultOf('e', { type: 'text', value: longText }),
    ];
    expect(cut(prompt, 100, 6)).toEqual({ prompt, cutResults: 0 });
    expect(cut(prompt, 100, 6).prompt).toBe(prompt);
    expect(cut(prompt).cutResults).toBe(1);
  });

  it('keeps the objects of messages that do not change, and makes a message once when it has a memo', () => {
    const prompt = [callOf('a'), resultOf('a', { type: 'json', value: items }), callOf('b')];
    const memo = new WeakMap();
    const options = { maxTokens: 100, count, protectFrom: all, memo };
    const first = cutToolResults(prompt, options).prompt;
    const second = cutToolResults([...prompt, callOf('c')], options).prompt;
    expect(first[0]).toBe(prompt[0]);
    expect(first[1]).not.toBe(prompt[1]);
    expect(second[1]).toBe(first[1]);
  });

  it('does not change what it was given', () => {
    const prompt = [resultOf('a', { type: 'json', value: structuredClone(items) })];
    cut(prompt);
    expect(prompt).toEqual([resultOf('a', { type: 'json', value: items })]);
  });

  it('keeps calls, ids and kinds of results, cuts nothing twice, and makes of a message the same in any prompt', () => {
    fc.assert(
      fc.property(anyPrompt, fc.integer({ min: 1, max: 200 }), (prompt, most) => {
        const once = cut(prompt, most).prompt;
        expect(idsIn(once)).toEqual(idsIn(prompt));
        expect(resultsIn(once).map(({ output }) => output.type)).toEqual(
          resultsIn(prompt).map(({ output }) => output.type),
        );
        expect(cut(once, most).prompt).toBe(once);
        expect(prompt.map((message) => cut([message], most).prompt[0])).toEqual(once);
      }),
    );
  });
});

describe('dropping repeated results of tools', () => {
  const drop = (prompt: readonly PromptMessage[]) => dropRepeatedToolResults(prompt, { count });
  const long: ToolOutput = { type: 'json', value: items };

  it('names the earlier call instead of the same result once more', () => {
    const prompt = [callOf('a'), resultOf('a', long), callOf('b'), resultOf('b', structuredClone(long))];
    const { prompt: shorter, cutResults } = drop(prompt);
    expect(cutResults).toBe(1);
    expect(shorter.slice(0, 3)).toEqual(prompt.slice(0, 3));
    expect(resultsIn(shorter)[1]!.output).toEqual({
      type: 'text',
      value: 'Same result as that of the earlier call of search (a).',
    });
    expect(shorter[1]).toBe(prompt[1]);
  });

  it('takes results for different that other tools gave, that are errors, or that are short', () => {
    const prompt = [
      resultOf('a', long),
      resultOf('b', long, 'read'),
      resultOf('c', { type: 'error-json', value: items }),
      resultOf('d', { type: 'error-json', value: items }),
      resultOf('e', { type: 'text', value: 'ok' }),
      resultOf('f', { type: 'text', value: 'ok' }),
    ];
    expect(drop(prompt).prompt).toBe(prompt);
  });

  it('does not take its own texts for repeated results', () => {
    const prompt = ['a', 'b', 'c'].map((id) => resultOf(id, long));
    const options = { count, leastTokens: 1 };
    const { prompt: once, cutResults } = dropRepeatedToolResults(prompt, options);
    expect(cutResults).toBe(2);
    expect(dropRepeatedToolResults(once, options).prompt).toBe(once);
  });

  it('keeps what a provider is told about a result', () => {
    const providerOptions = { anthropic: { cacheControl: { type: 'ephemeral' } } };
    const { prompt } = drop([resultOf('a', long), resultOf('b', { ...long, providerOptions })]);
    expect(resultsIn(prompt)[1]!.output).toMatchObject({ type: 'text', providerOptions });
  });

  it('keeps calls and ids, does nothing the second time, and begins alike when the prompt grows', () => {
    fc.assert(
      fc.property(anyPrompt, fc.nat(), (prompt, at) => {
        const { prompt: once } = drop(prompt);
        expect(idsIn(once)).toEqual(idsIn(prompt));
        expect(drop(once).prompt).toBe(once);
        const from = prompt.length === 0 ? 0 : at % prompt.length;
        expect(drop(prompt.slice(0, from)).prompt).toEqual(once.slice(0, from));
      }),
    );
  });
});
