import { describe, expect, it, vi } from 'vitest';
import { createBreaker } from './breaker.ts';
import { settled, testClock } from './test-clock.ts';

const lost = new Error('lost');

function setUp() {
  const clock = testClock();
  const probe = vi.fn<() => Promise<void>>().mockRejectedValue(lost);
  const onOpen = vi.fn();
  const onClose = vi.fn();
  const breaker = createBreaker({ clock, random: () => 0, probe, onOpen, onClose });
  /** One more failure, not together with the last. */
  const fail = (): void => {
    clock.advance(50);
    breaker.failed(breaker.begin(), lost);
  };
  /** Waits of the next probes that fail. */
  const waits = async (count: number): Promise<number[]> => {
    const found: number[] = [];
    for (let waited = 0; found.length < count && waited < 60_000;) {
      const before = probe.mock.calls.length;
      clock.advance(1);
      waited++;
      if (probe.mock.calls.length === before) continue;
      found.push(waited);
      waited = 0;
      await settled();
    }
    return found;
  };
  const recover = async (): Promise<void> => {
    probe.mockResolvedValueOnce(undefined);
    clock.advance(5000);
    await settled();
  };
  const open = (): void => {
    for (let n = 0; n < 3; n++) fail();
  };
  return { clock, probe, onOpen, onClose, breaker, fail, waits, recover, open };
}

describe('createBreaker', () => {
  it('opens at the third failure in a row, and says so once with its cause', () => {
    const { breaker, fail, onOpen, clock } = setUp();
    fail();
    fail();
    expect(breaker.isOpen()).toBe(false);
    expect(clock.timers()).toBe(0);
    fail();
    expect(breaker.isOpen()).toBe(true);
    fail();
    breaker.trip(lost);
    expect(onOpen.mock.calls).toEqual([[lost]]);
    expect(breaker.opened()).toBe(1);
    expect(clock.timers()).toBe(1);
  });

  it('counts from the start after a success', () => {
    const { breaker, fail } = setUp();
    for (let n = 0; n < 10; n++) {
      fail();
      fail();
      breaker.succeeded();
    }
    expect(breaker.isOpen()).toBe(false);
  });

  it('takes a hundred operations that fail together for one failure', () => {
    const { breaker, clock, fail } = setUp();
    const burst = (): void => {
      clock.advance(50);
      const begun = Array.from({ length: 100 }, () => breaker.begin());
      for (const at of begun) breaker.failed(at, lost);
    };
    burst();
    burst();
    expect(breaker.isOpen()).toBe(false);
    breaker.succeeded();
    burst();
    fail();
    expect(breaker.isOpen()).toBe(false);
    burst();
    expect(breaker.isOpen()).toBe(true);
  });

  it('counts what fails within 50 ms of the last failure that counted as part of it', () => {
    const { breaker, clock, fail } = setUp();
    const failAgain = (): void => breaker.failed(breaker.begin(), lost);
    fail();
    for (let elapsed = 0; elapsed < 100; elapsed++) {
      failAgain();
      clock.advance(1);
    }
    expect(breaker.isOpen()).toBe(false);
    failAgain();
    expect(breaker.isOpen()).toBe(true);
  });

  it('does not count what had begun before the last failure that counted, however late it fails', () => {
    const { breaker, fail } = setUp();
    const early = Array.from({ length: 5 }, () => breaker.begin());
    fail();
    fail();
    for (const at of early) breaker.failed(at, lost);
    expect(breaker.isOpen()).toBe(false);
    fail();
    expect(breaker.isOpen()).toBe(true);
  });

  it('does not take failures from before it opened into the time after it has closed', async () => {
    const { breaker, fail, open, recover } = setUp();
    const early = Array.from({ length: 5 }, () => breaker.begin());
    open();
    await recover();
    expect(breaker.isOpen()).toBe(false);
    for (const at of early) breaker.failed(at, lost);
    fail();
    fail();
    expect(breaker.isOpen()).toBe(false);
  });

  it('does not either when it was tripped', async () => {
    const { breaker, fail, recover } = setUp();
    const early = breaker.begin();
    breaker.trip(lost);
    await recover();
    breaker.failed(early, lost);
    fail();
    fail();
    expect(breaker.isOpen()).toBe(false);
  });

  it('needs three failures again after it has closed', async () => {
    const { breaker, fail, open, recover } = setUp();
    open();
    await recover();
    fail();
    fail();
    expect(breaker.isOpen()).toBe(false);
    fail();
    expect(breaker.isOpen()).toBe(true);
    expect(breaker.opened()).toBe(2);
  });

  it('opens at once when it is tripped', () => {
    const { breaker, onOpen } = setUp();
    breaker.trip(lost);
    expect(breaker.isOpen()).toBe(true);
    expect(onOpen).toHaveBeenCalledOnce();
  });

  it('is not closed by an operation that succeeds', () => {
    const { breaker, open } = setUp();
    open();
    breaker.succeeded();
    expect(breaker.isOpen()).toBe(true);
  });

  it('probes after 250 ms and then in waits that double up to 5 s, until a probe succeeds', async () => {
    const { breaker, clock, probe, onClose, open, waits } = setUp();
    open();
    expect(await waits(7)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
    expect(onClose).not.toHaveBeenCalled();
    probe.mockResolvedValueOnce(undefined);
    clock.advance(5000);
    await settled();
    expect(breaker.isOpen()).toBe(false);
    expect(onClose).toHaveBeenCalledOnce();
    expect(clock.timers()).toBe(0);
  });

  it('waits for the answer of a probe before it plans the next', async () => {
    const { clock, probe, open } = setUp();
    const gate = Promise.withResolvers<void>();
    probe.mockReturnValueOnce(gate.promise);
    open();
    clock.advance(60_000);
    await settled();
    expect(probe).toHaveBeenCalledOnce();
    expect(clock.timers()).toBe(0);
    gate.reject(lost);
    await settled();
    expect(clock.timers()).toBe(1);
  });

  it('goes on with the waits where they were when it opens again soon', async () => {
    const { clock, open, waits, recover } = setUp();
    open();
    expect(await waits(3)).toEqual([250, 500, 1000]);
    await recover(); // this probe had the wait of 2 s
    clock.advance(9_000);
    open();
    expect(await waits(2)).toEqual([4000, 5000]);
  });

  it('starts with the first wait when it opens again after it was closed for long', async () => {
    const { clock, open, waits, recover } = setUp();
    open();
    await waits(3);
    await recover();
    clock.advance(10_000);
    open();
    expect(await waits(2)).toEqual([250, 500]);
  });

  it('makes no other probe when one fails after it was stopped', async () => {
    const { breaker, clock, probe, open } = setUp();
    const gate = Promise.withResolvers<void>();
    probe.mockReturnValueOnce(gate.promise);
    open();
    clock.advance(250);
    breaker.stop();
    gate.reject(lost);
    await settled();
    expect(clock.timers()).toBe(0);
  });

  it('makes no probe and no change after it was stopped', async () => {
    const { breaker, clock, probe, open, onClose } = setUp();
    const gate = Promise.withResolvers<void>();
    probe.mockReturnValueOnce(gate.promise);
    open();
    clock.advance(250);
    breaker.stop();
    gate.resolve();
    await settled();
    clock.advance(60_000);
    expect(probe).toHaveBeenCalledOnce();
    expect(onClose).not.toHaveBeenCalled();
    expect(clock.timers()).toBe(0);

    const other = setUp();
    other.open();
    other.breaker.stop();
    expect(other.clock.timers()).toBe(0);

    const never = setUp();
    never.breaker.stop();
    never.open();
    expect(never.onOpen).not.toHaveBeenCalled();
    expect(never.clock.timers()).toBe(0);
  });
});
