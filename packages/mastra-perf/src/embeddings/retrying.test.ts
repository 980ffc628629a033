import { describe, expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { retrying } from './retrying.ts';

const later = (responseHeaders?: object) =>
  Object.assign(new Error('later'), { isRetryable: true, responseHeaders });

function setUp(
  errors: readonly unknown[],
  { signal, retries = 2 }: { signal?: AbortSignal; retries?: number } = {},
) {
  const clock = testClock();
  const at: number[] = [];
  const work = retrying(
    async () => {
      at.push(clock.monotonic());
      const error = errors[at.length - 1];
      if (error !== undefined) throw error;
      return 'done';
    },
    { clock, signal, retries },
  );
  work.catch(() => undefined);
  const run = async (): Promise<void> => {
    for (let turn = 0; turn < 100; turn++) {
      await settled();
      clock.advance(1000);
    }
  };
  return { clock, at, work, run };
}

describe('what fails and is retryable', () => {
  it('is repeated after 2 and 4 seconds, then given up', async () => {
    const errors = [later(), later(), later()];
    const { at, work, run } = setUp(errors);
    await run();
    await expect(work).rejects.toBe(errors[2]);
    expect(at).toEqual([0, 2000, 6000]);
  });

  it.each([
    [{ 'retry-after-ms': '3000' }, 3000],
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': new Date(1_750_000_005_000).toUTCString() }, 5000],
    [{ 'retry-after': '86400' }, 2000],
    [{ 'retry-after': 'soon' }, 2000],
  ])('is repeated when the provider says: %o', async (headers, ms) => {
    const { at, work, run } = setUp([later(headers)]);
    await run();
    expect(await work).toBe('done');
    expect(at).toEqual([0, ms]);
  });

  it('is not repeated when somebody has given up', async () => {
    const ended = new AbortController();
    const { at, work, run, clock } = setUp([later()], { signal: ended.signal });
    await settled();
    ended.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
    await run();
    expect(at).toHaveLength(1);
    expect(clock.timers()).toBe(0);
  });
});

it('what is not retryable is not repeated', async () => {
  const { at, work } = setUp([new Error('no')]);
  await expect(work).rejects.toThrow('no');
  expect(at).toHaveLength(1);
});
