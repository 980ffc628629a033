import { describe, expect, it } from 'vitest';
import { contentOf } from './message-content.ts';

const textsOf = (message: unknown): string[] => contentOf(message).texts;

describe('content of a message', () => {
  it('is the text of a plain message, of any kind', () => {
    const plain = { isStructured: false, isWritten: false, calls: 0 };
    expect(contentOf({ role: 'user', content: 'Hi' })).toMatchObject({ texts: ['Hi'], ...plain });
    const parts = [
      { type: 'text', text: 'Hi' },
      { type: 'text', text: 'you' },
    ];
    for (const message of [
      { role: 'user', content: parts },
      { role: 'user', parts },
      { role: 'user', content: { format: 2, parts, content: 'Hi you' } },
    ])
      expect(contentOf(message)).toMatchObject({ texts: ['Hi', 'you'], ...plain });
    expect(textsOf('Hi')).toEqual(['Hi']);
    expect(textsOf({ role: 'user', content: { content: 'Hi' } })).toEqual(['Hi']);
  });

  it('has calls with their input and results with what they say, in the words of a model', () => {
    const call = { type: 'tool-call', toolCallId: '1', toolName: 'sum', input: { a: 1 } };
    expect(contentOf({ content: [call] })).toMatchObject({
      texts: ['sum', '{"a":1}'],
      calls: 1,
      isStructured: true,
    });
    const outputs = [
      [{ type: 'text', value: 'two' }, ['two']],
      [{ type: 'json', value: { b: 2 } }, ['{"b":2}']],
      [{ type: 'error-text', value: 'no' }, ['no']],
      [{ type: 'error-json', value: [0] }, ['[0]']],
      [{ type: 'execution-denied', reason: 'not you' }, ['not you']],
      [{ type: 'content', value: [{ type: 'text', text: 'two' }] }, ['two']],
      [{ anything: 'else' }, ['{"anything":"else"}']],
      [undefined, []],
    ] as const;
    for (const [output, texts] of outputs)
      expect(textsOf({ content: [{ type: 'tool-result', toolName: 'sum', output }] })).toEqual([
        'sum',
        ...texts,
      ]);
  });

  it('has calls as Mastra and UI messages keep them', () => {
    const toolInvocation = { state: 'result', toolName: 'sum', args: { a: 1 }, result: 'two' };
    const stored = { content: { format: 2, parts: [{ type: 'tool-invocation', toolInvocation }] } };
    const shown = {
      parts: [{ type: 'tool-sum', state: 'output-available', input: { a: 1 }, output: 'two' }],
    };
    for (const message of [stored, shown])
      expect(contentOf(message)).toMatchObject({ texts: ['sum', '{"a":1}', 'sum', 'two'], calls: 2 });
  });

  it('leaves out what stays with the app', () => {
    const parts = ['step-start', 'source-url', 'data-weather', 'tool-approval-request'].map((type) => ({
      type,
      url: 'x',
    }));
    expect(textsOf({ parts })).toEqual([]);
  });

  it('has the text of text files, and files for the others', () => {
    const file = (mediaType: string, data: unknown) => ({ type: 'file', mediaType, data });
    const base64 = Buffer.from('a,b').toString('base64');
    for (const data of [
      base64,
      Buffer.from('a,b'),
      { type: 'data', data: base64 },
      { type: 'text', text: 'a,b' },
    ])
      expect(contentOf({ content: [file('text/csv', data)] })).toMatchObject({ texts: ['a,b'], files: [] });
    for (const data of [
      base64,
      new URL('https://x.test/a.png'),
      'https://x.test/a.png',
      { type: 'reference' },
    ])
      expect(contentOf({ content: [file('image/png', data)] }).files).toHaveLength(1);
    expect(contentOf({ content: [{ type: 'image', image: base64 }] }).files).toMatchObject([{ bytes: 3 }]);
  });

  it('takes anything at all', () => {
    const circle: Record<string, unknown> = { a: 1n };
    circle.self = circle;
    const throws = {
      toJSON() {
        throw new Error('never');
      },
    };
    expect(textsOf({ content: [{ type: 'tool-call', toolName: 'x', input: circle }] })).toEqual([
      'x',
      '{"a":"1"}',
    ]);
    expect(textsOf({ content: [{ type: 'tool-call', toolName: 'x', input: throws }] })).toEqual(['x', '']);
    expect(textsOf({ content: [null, 7, 'text', { type: 9 }] })).toEqual(['null', '7', 'text', '{"type":9}']);
    for (const message of [undefined, null, 7, {}, { content: null }, []])
      expect(contentOf(message).files).toEqual([]);
  });
});
