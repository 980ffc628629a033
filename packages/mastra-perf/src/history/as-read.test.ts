import { describe, expect, it } from 'vitest';
import { asReadBy, guessAsRead } from './as-read.ts';

const message = (fields: object = {}) => ({
  id: 'm',
  threadId: 't',
  resourceId: 'r',
  role: 'user',
  createdAt: new Date(1000),
  content: { format: 2, parts: [{ type: 'text', text: 'hi' }] },
  ...fields,
});

describe('guessAsRead', () => {
  it('does not guess before reading has proved it, for each kind of messages', () => {
    const asRead = guessAsRead();
    expect(asRead.of(message())).toBeUndefined();
    asRead.saved([message({ type: 'v2' })]);
    asRead.read([message()]);
    const again = message({ type: 'v2' });
    expect(asRead.of(again)).toEqual(message());
    expect(asRead.of(message())).not.toBe(again);
    expect(asRead.of(message({ role: 'assistant' }))).toBeUndefined();
  });

  it('never guesses again once reading returned something else', () => {
    const asRead = guessAsRead();
    asRead.saved([message({ id: 'one' }), message({ id: 'two' })]);
    asRead.read([message({ id: 'one' }), message({ id: 'two', type: 'text' })]);
    expect(asRead.of(message())).toBeUndefined();
  });

  it.each([
    ['a system message', { role: 'system' }],
    ['content of an older format', { content: 'hi' }],
    ['a field of its own', { extra: 1 }],
    ['no time', { createdAt: undefined }],
  ])('does not guess for %s', (_what, fields) => {
    const asRead = guessAsRead();
    asRead.saved([message({ id: 'one' })]);
    asRead.read([message({ id: 'one' })]);
    expect(asRead.of(message(fields))).toBeUndefined();
  });
});

it('asReadBy asks the storage, but for system messages, which Mastra does not read', () => {
  const asRead = asReadBy({
    joinsSaves: true,
    versionOf: () => undefined,
    asRead: (one) => ({ ...one, id: 'read' }),
  });
  expect(asRead.of(message())?.id).toBe('read');
  expect(asRead.of(message({ role: 'system' }))).toBeUndefined();
});
