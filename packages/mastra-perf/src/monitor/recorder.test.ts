import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { createRecorder, STEP_MS, type Cell, type Labels, type Recorder, type Step } from './recorder.ts';

const MINUTE = STEP_MS.minute;
/** Begins a minute and an hour. */
const START = Math.ceil(1_750_000_000_000 / STEP_MS.hour) * STEP_MS.hour;

const counts = (read: (see: (labels: Labels, cell: Cell) => void) => void): Record<string, number> => {
  const found: Record<string, number> = {};
  read(({ operation, name, agent, model }, { count }) => {
    found[[operation, name, agent, model].filter(Boolean).join(' ')] = count;
  });
  return found;
};
const inWindow = (recorder: Recorder, step: Step, start: number) =>
  counts((see) => recorder.window(step, start, see));

describe('recorder', () => {
  it('counts since the process began, by minute and by hour', () => {
    const clock = testClock(START);
    const recorder = createRecorder({ clock });
    recorder.record('call', 'miss', 'support', 'm', 100);
    clock.advance(MINUTE - 1);
    recorder.record('call', 'miss', 'support', 'm', 100);
    clock.advance(1);
    recorder.record('call', 'miss', 'support', 'm', 100);
    recorder.record('call', 'hit', 'support', 'm', 1);
    clock.advance(59 * MINUTE);
    recorder.record('call', 'miss', 'support', 'm', 100);
    expect(counts(recorder.totals)).toEqual({ 'call miss support m': 4, 'call hit support m': 1 });
    expect(inWindow(recorder, 'minute', START)).toEqual({ 'call miss support m': 2 });
    expect(inWindow(recorder, 'minute', START + MINUTE)).toEqual({
      'call miss support m': 1,
      'call hit support m': 1,
    });
    expect(inWindow(recorder, 'hour', START)).toEqual({ 'call miss support m': 3, 'call hit support m': 1 });
    expect(inWindow(recorder, 'hour', START + STEP_MS.hour)).toEqual({ 'call miss support m': 1 });
  });

  it('keeps failures out of the values', () => {
    const recorder = createRecorder({ clock: testClock(START) });
    recorder.record('call', 'miss', 'a', 'm', 5);
    recorder.record('call', 'miss', 'a', 'm', 9000, 'error');
    recorder.record('call', 'miss', 'a', 'm', 9000, 'aborted');
    recorder.totals((_, { count, errors, aborted, values }) => {
      expect([count, errors, aborted]).toEqual([3, 1, 1]);
      expect(values.stats()).toMatchObject({ count: 1, max: 5 });
    });
  });

  it('leaves out what is no measurement', () => {
    const recorder = createRecorder({ clock: testClock(START) });
    for (const value of [Number.NaN, Infinity, -1]) recorder.record('call', 'miss', 'a', 'm', value);
    expect(counts(recorder.totals)).toEqual({});
  });

  it('forgets minutes after an hour and hours after a day', () => {
    const clock = testClock(START);
    const recorder = createRecorder({ clock });
    for (let minute = 0; minute < 26 * 60; minute++) {
      recorder.record('call', 'miss', 'a', 'm', 5);
      clock.advance(MINUTE);
    }
    const kept = (step: Step): number =>
      Array.from({ length: 26 * 60 }, (_, at) => START + at * STEP_MS[step]).filter(
        (start) => Object.keys(inWindow(recorder, step, start)).length > 0,
      ).length;
    expect([kept('minute'), kept('hour')]).toEqual([61, 25]);
    expect(counts(recorder.totals)).toEqual({ 'call miss a m': 26 * 60 });
  });

  it('gives 10,000 label sets no more places than it has, and counts the rest as other', () => {
    const recorder = createRecorder({ clock: testClock(START), maxSeries: 500 });
    for (let agent = 0; agent < 10_000; agent++) recorder.record('call', 'miss', `agent ${agent}`, 'm', 5);
    for (let agent = 0; agent < 10; agent++) recorder.record('call', 'miss', `agent ${agent}`, 'm', 5);
    const totals = counts(recorder.totals);
    expect(Object.keys(totals)).toHaveLength(501);
    expect(totals['call miss (other) (other)']).toBe(9500);
    expect(totals['call miss agent 3 m']).toBe(2);
    expect(recorder.overflowed()).toBe(9500);
    expect(Object.values(totals).reduce((sum, count) => sum + count, 0)).toBe(10_010);
  });

  it('bounds operations and their names as well', () => {
    const recorder = createRecorder({ clock: testClock(START) });
    for (let at = 0; at < 1000; at++) recorder.record(`operation ${at}`, '', '', '', 5);
    for (let at = 0; at < 1000; at++) recorder.record('operation 1', `name ${at}`, '', '', 5);
    const totals = counts(recorder.totals);
    expect(Object.keys(totals).length).toBeLessThan(410);
    expect(Object.values(totals).reduce((sum, count) => sum + count, 0)).toBe(2000);
  });

  it('takes long names by their beginning', () => {
    const recorder = createRecorder({ clock: testClock(START) });
    const long = 'x'.repeat(1_000_000);
    recorder.record('call', 'miss', long, 'm', 5);
    recorder.record('call', 'miss', long, 'm', 5);
    expect(counts(recorder.totals)).toEqual({ [`call miss ${'x'.repeat(200)} m`]: 2 });
  });

  it('lets the oldest minutes go, and then the oldest hours, where there is no room', () => {
    const clock = testClock(START);
    const recorder = createRecorder({ clock, maxBytes: 500_000 });
    for (let minute = 0; minute < 180; minute++) {
      for (let agent = 0; agent < 100; agent++)
        recorder.record('call', 'miss', `agent ${agent}`, 'm', 2 ** (minute % 12));
      clock.advance(MINUTE);
    }
    expect(recorder.bytes()).toBeLessThan(520_000);
    const last = START + 179 * MINUTE;
    expect(Object.keys(inWindow(recorder, 'minute', last))).toHaveLength(100);
    expect(inWindow(recorder, 'minute', last - 30 * MINUTE)).toEqual({});
    expect(Object.values(counts(recorder.totals))).toEqual(Array.from({ length: 100 }, () => 180));
  });
});
