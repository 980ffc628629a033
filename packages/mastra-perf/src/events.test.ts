import { afterEach, describe, expect, it, vi } from 'vitest';
import { settled } from './base/test-clock.ts';
import { createEvents, type PerfEvents } from './events.ts';

const notStored = (key: string): PerfEvents['notStored'] => ({ agent: 'a', key, reason: 'empty' });

describe('createEvents', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('tells every listener of that name, and no other', () => {
    const events = createEvents();
    const [first, second, other] = [vi.fn(), vi.fn(), vi.fn()];
    events.on('notStored', first);
    events.on('notStored', second);
    events.on('fault', other);
    events.emit('notStored', notStored('1'));
    expect(first.mock.calls).toEqual([[notStored('1')]]);
    expect(second.mock.calls).toEqual([[notStored('1')]]);
    expect(other).not.toHaveBeenCalled();
  });

  it('takes a listener away', () => {
    const events = createEvents();
    const listener = vi.fn();
    const off = events.on('notStored', listener);
    events.emit('notStored', notStored('1'));
    off();
    off();
    events.emit('notStored', notStored('2'));
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('takes all listeners away', () => {
    const events = createEvents();
    const listener = vi.fn();
    events.on('fault', listener);
    events.clear();
    events.emit('fault', { where: 'x', error: 1 });
    expect(listener).not.toHaveBeenCalled();
  });

  it('does not tell a listener that was added by one that is being told', () => {
    const events = createEvents();
    const late = vi.fn();
    events.on('notStored', () => void events.on('notStored', late));
    events.emit('notStored', notStored('1'));
    expect(late).not.toHaveBeenCalled();
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken listener');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('broken listener');
      },
    ],
  ])('warns of a listener that %s, and goes on', async (_how, broken) => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const events = createEvents();
    const next = vi.fn();
    events.on('notStored', broken);
    events.on('notStored', next);
    expect(() => events.emit('notStored', notStored('1'))).not.toThrow();
    await settled();
    expect(next).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls).toEqual([
      [
        "a listener of perf.on('notStored') threw: Error: broken listener",
        { code: 'MASTRA_PERF_LISTENER', type: 'MastraPerfWarning' },
      ],
    ]);
  });
});
