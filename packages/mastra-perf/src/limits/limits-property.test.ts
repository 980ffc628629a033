import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { settled } from '../base/test-clock.ts';
import { memoryRates } from '../stores/memory-rates.ts';
import type { Priority } from './options.ts';
import { limitsWith, refusalOf } from './test-limits.ts';

vi.setConfig({ testTimeout: 60_000 });

const setUpLimits = limitsWith(memoryRates);
const WINDOW_MS = 10_000;
const MAX_WAIT_MS = 20_000;

interface Call {
  readonly after: number;
  readonly priority: Priority;
  /** What the model does with it, each time it is asked. */
  readonly ends: 'answers' | 'refuses' | 'breaks' | 'is throttled first' | 'is throttled';
  readonly lasts: number;
  readonly abortAfter: number | undefined;
}

const aCall = fc.record<Call>({
  after: fc.oneof(fc.constant(0), fc.nat(1500)),
  priority: fc.constantFrom('high', 'normal', 'low'),
  ends: fc.constantFrom(
    'answers',
    'answers',
    'answers',
    'refuses',
    'breaks',
    'is throttled first',
    'is throttled',
  ),
  lasts: fc.nat(3000),
  abortAfter: fc.option(fc.nat(6000), { nil: undefined, freq: 4 }),
});

it('never passes a limit and loses no slot, however calls end: each settles once, first come first served', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(aCall, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 5 }),
      async (calls, perWindow, concurrency) => {
        const { ask, upstreams, clock, faults } = setUpLimits({
          models: { test: { requestsPerMinute: perWindow * 6, window: WINDOW_MS } },
          settings: { concurrency, maxWait: MAX_WAIT_MS },
        });
        let underWay = 0;
        let most = 0;
        let settledCalls = 0;
        const seen = new Map<string, number>();
        const handled = new Set<unknown>();
        const plan = new Map(calls.map((call, index) => [String(index), call]));
        const at = { next: 0, due: calls[0]?.after ?? 0 };
        const timers: Array<{ readonly at: number; readonly run: () => void }> = [];

        const start = (index: number): void => {
          const call = calls[index]!;
          const abort = new AbortController();
          if (call.abortAfter !== undefined)
            timers.push({
              at: clock.monotonic() + call.abortAfter,
              run: () => abort.abort(new Error('gone')),
            });
          const { read } = ask(String(index), {
            overrides: { priority: call.priority },
            signal: abort.signal,
          });
          read().then(
            () => settledCalls++,
            () => settledCalls++,
          );
        };
        const serve = (): void => {
          for (const upstream of upstreams) {
            if (handled.has(upstream)) continue;
            handled.add(upstream);
            const { text } = upstream;
            const times = (seen.get(text) ?? 0) + 1;
            seen.set(text, times);
            const { ends, lasts } = plan.get(text)!;
            underWay++;
            most = Math.max(most, underWay);
            const over = (): void => {
              underWay--;
              if (ends === 'refuses') upstream.refuse(new Error('no'));
              else if (ends === 'is throttled' || (ends === 'is throttled first' && times === 1))
                upstream.refuse(refusalOf(429, { 'retry-after': '1' }));
              else if (ends === 'breaks') {
                upstream.answer({ type: 'text-delta', id: '0', delta: 'x' });
                upstream.parts.fail(new Error('broken'));
              } else upstream.finish();
            };
            timers.push({ at: clock.monotonic() + lasts, run: over });
          }
        };

        for (let step = 0; step < 4000 && settledCalls < calls.length; step++) {
          while (at.next < calls.length && at.due <= clock.monotonic()) {
            start(at.next++);
            at.due += calls[at.next]?.after ?? 0;
          }
          for (const timer of timers.splice(0)) {
            if (timer.at <= clock.monotonic()) timer.run();
            else timers.push(timer);
          }
          await settled();
          serve();
          clock.advance(20);
          await settled();
        }

        expect(settledCalls).toBe(calls.length);
        expect(faults).toEqual([]);
        // Who aborts gives its slot back at once, and the model may notice a little later.
        if (calls.every(({ abortAfter }) => abortAfter === undefined))
          expect(most).toBeLessThanOrEqual(concurrency);
        const times = upstreams.map(({ at: time }) => time);
        for (const [index, time] of times.entries())
          expect(times.slice(index).filter((other) => other < time + WINDOW_MS).length).toBeLessThanOrEqual(
            perWindow,
          );
        for (const priority of ['high', 'normal', 'low'] as const) {
          const order = [...seen.keys()].filter((text) => plan.get(text)!.priority === priority).map(Number);
          expect(order).toEqual(order.toSorted((a, b) => a - b));
        }

        // Nothing is left taken: all slots, and nobody in any line.
        clock.advance(60_000);
        await settled();
        for (let slot = 0; slot < concurrency; slot++) {
          const before = upstreams.length;
          ask('0');
          for (let step = 0; step < 1000 && upstreams.length === before; step++) {
            clock.advance(20);
            await settled();
          }
          expect(upstreams).toHaveLength(before + 1);
        }
      },
    ),
    { numRuns: 60 },
  );
});
