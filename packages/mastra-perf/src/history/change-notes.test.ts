import { describe, expect, it, vi } from 'vitest';
import { settled } from '../base/test-clock.ts';
import type { Bus, BusListener } from '../stores/bus.ts';
import { memoryBus } from '../stores/memory-bus.ts';
import { createChangeNotes } from './change-notes.ts';

const listen = (bus: Bus, senderId: string) => {
  const heard = vi.fn();
  const fault = vi.fn();
  return { heard, fault, ...createChangeNotes({ bus, senderId, heard, fault }) };
};

describe('createChangeNotes', () => {
  it('tells others what was written, and does not heed itself', async () => {
    const bus = memoryBus();
    const [one, two] = [listen(bus, 'one'), listen(bus, 'two')];
    await settled();
    expect(two.heard.mock.calls).toEqual([['all']]);
    one.wrote(['a', 'b']);
    one.wrote('all');
    one.wrote([]);
    await settled();
    expect(two.heard.mock.calls.slice(1)).toEqual([[['a', 'b']], ['all']]);
    expect(one.heard.mock.calls).toEqual([['all']]);
  });

  it('takes a gap, and what it cannot read, for the worst', async () => {
    let listener: BusListener | undefined;
    const bus: Bus = {
      publish: () => Promise.resolve(),
      subscribe: async (_topic, given) => {
        listener = given;
        return () => Promise.resolve();
      },
    };
    const { heard } = listen(bus, 'one');
    await settled();
    const texts = ['{', 'null', '1', '{"from":"x"}', '{"from":"x","threads":[1]}', '{"threads":["a"]}'];
    for (const text of texts) listener!.message(text);
    listener!.gap();
    expect(heard.mock.calls).toEqual(Array.from({ length: texts.length + 2 }, () => ['all']));
  });

  it('tells of a bus that fails', async () => {
    const error = new Error('gone');
    const { wrote, fault } = listen(
      { publish: () => Promise.reject(error), subscribe: () => Promise.reject(error) },
      'one',
    );
    wrote(['a']);
    await settled();
    expect(fault.mock.calls).toEqual([
      ['storage.bus', error],
      ['storage.bus', error],
    ]);
  });
});
