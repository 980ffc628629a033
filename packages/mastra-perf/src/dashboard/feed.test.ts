import { expect, it } from 'vitest';
import { createEvents } from '../events.ts';
import { createFeed } from './feed.ts';
import { listenForNotes } from './notes.ts';
import { redaction } from './redaction.ts';

const note = (text: string) => ({ level: 'info', kind: 'test', text }) as const;

it('keeps the last notes, the newest first, and one for those that say the same', () => {
  const feed = createFeed(() => 5, 3);
  for (const text of ['a', 'b', 'a', 'c', 'a', 'd']) feed.add(note(text));
  expect(feed.notes().map(({ id, text }) => [id, text])).toEqual([
    [6, 'd'],
    [5, 'a (3 times)'],
    [4, 'c'],
  ]);
});

it('keeps one note of a statement, with how long it took last', () => {
  const feed = createFeed(() => 5);
  const events = createEvents();
  listenForNotes(events, redaction([], ''), feed.add);
  for (const ms of [1200, 3000]) events.emit('slowStatement', { text: 'SELECT ?', ms });
  events.emit('slowStatement', { text: 'SELECT ? + ?', ms: 30_000, failed: '57014' });
  expect(feed.notes()).toEqual([
    expect.objectContaining({ text: 'A statement took 30 s and failed (57014): SELECT ? + ?' }),
    {
      id: 2,
      at: 5,
      level: 'warning',
      kind: 'slow-statement',
      text: 'A statement took 3 s: SELECT ? (2 times)',
    },
  ]);
});

it('cuts a text that is too long', () => {
  const feed = createFeed(() => 0);
  feed.add(note('x'.repeat(1e6)));
  expect(feed.notes()[0]?.text).toHaveLength(301);
});

it('does not quote what an error says, unless it is told to', () => {
  const error = Object.assign(new Error('Unexpected token "s", "secret answer"'), { code: 'E_PARSE' });
  const texts = (redact: ReadonlyArray<'users' | 'errors'>) => {
    const events = createEvents();
    const seen: string[] = [];
    listenForNotes(events, redaction(redact, 'salt'), ({ text }) => seen.push(text));
    events.emit('fault', { where: 'cache', error });
    events.emit('store', {
      store: 'redis',
      state: 'down',
      error: new Error('redis://user:word@host is away'),
    });
    events.emit('budget', { kind: 'exceeded', action: 'block', budget: 'mine', scope: 'anna' });
    return seen.join('\n');
  };
  expect(texts(['errors'])).not.toMatch(/secret|word/);
  expect(texts(['errors'])).toMatch(/Error E_PARSE[^]*of anna/);
  expect(texts(['users'])).toMatch(/secret answer[^]*redis:\/\/host/);
  expect(texts(['users'])).not.toMatch(/anna|word@/);
});

it('hears nothing once its listeners are removed', () => {
  const events = createEvents();
  const seen: unknown[] = [];
  listenForNotes(events, redaction([], ''), (one) => seen.push(one))();
  events.emit('usageFolded', { records: 3 });
  expect(seen).toEqual([]);
});
