import { expect, it } from 'vitest';
import { loadPriceTable } from './price-table.ts';

it('asks once a minute for rates that change with the time, and notices every change', async () => {
  // https://api-docs.deepseek.com/quick_start/pricing, 2026-10-27: twice as much from 01:00 to 04:00 and 06:00 to 10:00 UTC
  const rates = (await loadPriceTable()).find('deepseek', 'deepseek-v4-pro');
  const at = (time: string) => rates?.(new Date(`2026-11-23T${time}Z`));
  expect(at('00:59:00')).toBe(at('00:59:59'));
  const day = [
    ['00:59:59', 0.66],
    ['01:00:00', 1.32],
    ['03:59:59', 1.32],
    ['04:00:00', 0.66],
    ['05:59:59', 0.66],
    ['06:00:00', 1.32],
    ['09:59:59', 1.32],
    ['10:00:00', 0.66],
    ['12:00:00', 0.66],
    ['20:00:00', 0.66],
  ] as const;
  for (let round = 0; round < 3; round++)
    expect(day.map(([time]) => [time, at(time)?.input_mtok])).toEqual(day);
});
