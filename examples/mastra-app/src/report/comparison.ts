import type { Figures } from '../day/figures.ts';
import { table } from './table.ts';

/** Both days beside each other; the last column says what was saved, or how many times faster it was. */
export function comparison(without: Figures, withPerf: Figures): string {
  const amount = (
    label: string,
    of: (figures: Figures) => number,
    format: (value: number) => string,
  ): string[] => {
    const [before, after] = [of(without), of(withPerf)];
    const share = before === 0 ? '' : `  ${(((before - after) / before) * 100).toFixed(0).padStart(3)} %`;
    return [label, format(before), format(after), `${format(before - after)}${share}`];
  };
  const time = (label: string, of: (figures: Figures) => number): string[] => {
    const [before, after] = [of(without), of(withPerf)];
    return [label, duration(before), duration(after), `${(before / after).toFixed(1)} x faster`];
  };
  return table([
    ['', 'without', 'with', 'saved'],
    amount('model calls', (figures) => figures.modelCalls, count),
    amount('embedding calls', (figures) => figures.embeddingCalls, count),
    amount('input tokens', (figures) => figures.inputTokens, count),
    amount('output tokens', (figures) => figures.outputTokens, count),
    amount('dollars', (figures) => figures.usd, dollars),
    time('latency p50', (figures) => figures.p50Ms),
    time('latency p95', (figures) => figures.p95Ms),
    time('first text p50 (streams)', (figures) => figures.firstTextP50Ms),
    time('wall time', (figures) => figures.wallMs),
  ]);
}

const count = (value: number): string => value.toLocaleString('en-US');
const dollars = (value: number): string => `$${value.toFixed(4)}`;
const duration = (ms: number): string =>
  ms < 10_000 ? `${Math.round(ms).toLocaleString('en-US')} ms` : `${(ms / 1000).toFixed(1)} s`;
