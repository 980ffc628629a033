import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { flushOnExit } from './exit-flush.ts';

function setUp(fields: object = {}, before: (process: EventEmitter) => void = () => undefined) {
  const clock = testClock();
  const process = Object.assign(new EventEmitter(), {
    pid: 42,
    kill: vi.fn(),
    emitWarning: vi.fn(),
    ...fields,
  });
  before(process);
  let pending = true;
  const flushes: Array<PromiseWithResolvers<void>> = [];
  const copy = () =>
    flushOnExit({
      process,
      after: clock.after,
      timeoutMs: 5_000,
      isPending: () => pending,
      flush() {
        const flush = Promise.withResolvers<void>();
        flushes.push(flush);
        return flush.promise;
      },
    });
  return {
    clock,
    process,
    flushes,
    copy,
    undo: copy(),
    async succeed() {
      pending = false;
      for (const flush of flushes) flush.resolve();
      await settled();
    },
    async fail() {
      for (const flush of flushes) flush.reject(new Error('away'));
      await settled();
    },
    queueMore: () => void (pending = true),
  };
}

afterEach(() => vi.unstubAllGlobals());

describe('flushOnExit', () => {
  it('listens until it is undone', () => {
    const { process, undo } = setUp();
    expect(process.eventNames()).toEqual(['beforeExit', 'SIGTERM', 'SIGINT']);
    undo();
    expect(process.eventNames()).toEqual([]);
  });

  it('raises the signal again when all is written, with nobody listening any more', async () => {
    const { process, succeed } = setUp();
    process.kill.mockImplementation(() => expect(process.listenerCount('SIGTERM')).toBe(0));
    process.emit('SIGTERM');
    await settled();
    expect(process.kill).not.toHaveBeenCalled();
    await succeed();
    expect(process.kill.mock.calls).toEqual([[42, 'SIGTERM']]);
  });

  it('still raises it when it was undone meanwhile', async () => {
    const { process, succeed, undo } = setUp();
    process.emit('SIGTERM');
    undo();
    await succeed();
    expect(process.kill).toHaveBeenCalledOnce();
  });

  it('raises it at once when nothing is queued', async () => {
    const { process, succeed, flushes } = setUp();
    await succeed();
    process.emit('SIGINT');
    expect(process.kill.mock.calls).toEqual([[42, 'SIGINT']]);
    expect(flushes).toHaveLength(0);
  });

  it('flushes once for signals that come together, and leaves no timer behind', async () => {
    const { process, flushes, succeed, clock } = setUp();
    process.emit('SIGTERM');
    process.emit('SIGINT');
    process.emit('SIGTERM');
    process.emit('beforeExit');
    expect(flushes).toHaveLength(1);
    await succeed();
    expect(process.kill.mock.calls.map(([, signal]) => signal as string)).toEqual(['SIGTERM', 'SIGINT']);
    expect(clock.timers()).toBe(0);
  });

  it.each(['on', 'once', 'prependListener'] as const)(
    'leaves the end to a listener added with %s, and goes on listening',
    async (add) => {
      const { process, succeed, flushes, queueMore } = setUp();
      const own = vi.fn();
      process[add]('SIGTERM', own);
      process.emit('SIGTERM');
      await succeed();
      expect(own).toHaveBeenCalledOnce();
      expect(process.kill).not.toHaveBeenCalled();
      queueMore();
      process.emit('SIGTERM');
      expect(flushes).toHaveLength(2);
    },
  );

  it('leaves the end to a listener for once that was there before', async () => {
    const own = vi.fn();
    const { process, succeed } = setUp({}, (early) => early.once('SIGTERM', own));
    process.emit('SIGTERM');
    await succeed();
    expect(own).toHaveBeenCalledOnce();
    expect(process.kill).not.toHaveBeenCalled();
  });

  it('does not take another copy for the application', async () => {
    const { process, succeed, copy } = setUp();
    copy();
    process.emit('SIGTERM');
    await succeed();
    expect(process.kill).toHaveBeenCalled();
    expect(process.listenerCount('SIGTERM')).toBe(0);
  });

  it.each(['since version 4', 'until version 3'])(
    'ends the process when all others are signal-exit, %s, which waits for somebody to do so',
    async (version) => {
      const emitter = { count: 1 };
      const isNew = version === 'since version 4';
      if (isNew) vi.stubGlobal(Symbol.for('signal-exit emitter') as never, emitter);
      const { process, succeed, queueMore } = setUp(isNew ? {} : { __signal_exit_emitter__: emitter });
      process.on('SIGTERM', () => undefined);
      process.emit('SIGTERM');
      await succeed();
      expect(process.kill).toHaveBeenCalledOnce();
      queueMore();
      process.on('SIGINT', () => undefined);
      process.on('SIGINT', () => undefined);
      process.emit('SIGINT');
      await succeed();
      expect(process.kill).toHaveBeenCalledOnce();
    },
  );

  it('tries again what fails until the time is up, and says what was left', async () => {
    const { process, flushes, fail, clock } = setUp();
    process.emit('SIGTERM');
    for (let n = 1; n <= 4; n++) {
      await fail();
      expect(flushes).toHaveLength(n);
      clock.advance(250);
    }
    clock.advance(3_999);
    await settled();
    expect(process.kill).not.toHaveBeenCalled();
    clock.advance(1);
    await settled();
    await settled();
    expect(process.kill).toHaveBeenCalledOnce();
    expect(process.emitWarning.mock.calls).toEqual([
      [expect.stringContaining('away'), { code: 'MASTRA_PERF_EXIT_FLUSH', type: 'MastraPerfWarning' }],
    ]);
    await fail();
    expect(clock.timers()).toBe(0);
  });

  it('flushes before the end of work each time that something is queued, until that fails', async () => {
    const { process, flushes, succeed, queueMore, clock } = setUp();
    process.emit('beforeExit');
    await succeed();
    process.emit('beforeExit');
    expect(flushes).toHaveLength(1);
    queueMore();
    process.emit('beforeExit');
    expect(flushes).toHaveLength(2);
    clock.advance(5_000);
    await settled();
    await settled();
    process.emit('beforeExit');
    expect(flushes).toHaveLength(2);
    expect(process.kill).not.toHaveBeenCalled();
  });
});
