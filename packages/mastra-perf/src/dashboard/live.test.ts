import { expect, it } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { createLive } from './live.ts';

function setUp(maxListeners?: number) {
  let revision = 1;
  const clock = testClock();
  const live = createLive({ clock, revision: () => revision, ...(maxListeners && { maxListeners }) });
  return { live, pass: () => clock.advance(1000), timers: clock.timers, change: () => void revision++ };
}

/** What a page has got by now. */
function reading(response: Response | undefined) {
  const reader = response?.body?.pipeThrough(new TextDecoderStream() as never).getReader();
  let text = '';
  const done = (async () => {
    for (;;) {
      const read = (await reader?.read()) as { done: boolean; value: string };
      if (read.done) return;
      text += read.value;
    }
  })();
  return {
    async text() {
      await settled();
      return text;
    },
    done,
    leave: () => reader?.cancel(),
  };
}

it('tells all pages of a change with one timer, and none while nobody listens', async () => {
  const { live, pass, timers, change } = setUp();
  expect(timers()).toBe(0);
  const pages = Array.from({ length: 100 }, () => reading(live.open()));
  expect(timers()).toBe(1);
  change();
  pass();
  for (const page of pages)
    expect((await page.text()).match(/"revision":\d+/g)).toEqual(['"revision":1', '"revision":2']);
  expect(timers()).toBe(1);
  await Promise.all(pages.map((page) => page.leave()));
  expect([live.listeners(), timers()]).toEqual([0, 0]);
});

it('tells of a change twice: what was built before it is gone by then', async () => {
  const { live, pass, change } = setUp();
  const page = reading(live.open());
  change();
  for (let second = 0; second < 5; second++) pass();
  expect((await page.text()).match(/"revision":\d+/g)).toEqual([
    '"revision":1',
    '"revision":2',
    '"revision":2',
  ]);
});

it('says nothing while nothing happens, but that it is there', async () => {
  const { live, pass } = setUp();
  const page = reading(live.open());
  const begin = await page.text();
  for (let second = 0; second < 14; second++) pass();
  expect(await page.text()).toBe(begin);
  pass();
  expect(await page.text()).toBe(`${begin}: still here\n\n`);
});

it('takes no more than so many pages', () => {
  const { live } = setUp(2);
  expect([live.open(), live.open(), live.open()].map((response) => response !== undefined)).toEqual([
    true,
    true,
    false,
  ]);
});

it('lets go of a page that does not read', () => {
  const { live, pass, change, timers } = setUp();
  const response = live.open();
  for (let second = 0; second < 30; second++) {
    change();
    pass();
  }
  expect(response?.body?.locked).toBe(false);
  expect([live.listeners(), timers()]).toEqual([0, 0]);
});

it('ends with the request of a page, and when it is closed', async () => {
  const { live } = setUp();
  const abort = new AbortController();
  const [one, other] = [reading(live.open(abort.signal)), reading(live.open())];
  abort.abort();
  await one.done;
  expect(live.listeners()).toBe(1);
  live.close();
  await other.done;
  expect(live.listeners()).toBe(0);
  expect(live.open(AbortSignal.abort())).toBeUndefined();
});
