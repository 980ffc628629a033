import type { DashboardData } from '../src/dashboard/dashboard-data.ts';
import { exact, fill, h } from './dom.ts';
import { count, duration, percent, usd } from './format.ts';

/** The five figures that one wants to know first. */
export function showTiles(place: HTMLElement, { totals, latency }: DashboardData): void {
  const { calls, hits, stale, shared, errors, spent, saved, unpricedCalls } = totals;
  const answered = hits + stale + shared;
  const rate = calls === 0 ? 0 : answered / calls;
  const all = spent.usd + saved.usd;
  fill(
    place,
    place.querySelector('h2') ?? undefined,
    h(
      'dl',
      { class: 'row' },
      tile('calls', 'Calls', exact(calls, count(calls)), [
        errors > 0 ? h('span', { class: 'bad' }, `${count(errors)} failed`) : 'none failed',
      ]),
      tile('rate', 'Hit rate', exact(rate, calls === 0 ? '–' : percent(rate)), [
        `${count(answered)} without a model`,
      ]),
      tile('saved', 'Saved', exact(saved.usd, usd(saved.usd)), [
        all > 0 ? `${percent(saved.usd / all)} of ${usd(all)}` : 'nothing yet',
      ]),
      tile('spent', 'Spent', exact(spent.usd, usd(spent.usd)), [
        `${count(spent.inputTokens)} tokens in, ${count(spent.outputTokens)} out`,
        unpricedCalls > 0 && h('span', { class: 'warn' }, `, ${count(unpricedCalls)} without a price`),
      ]),
      tile(
        'p95',
        'Latency p95',
        latency.call ? exact(latency.call.p95, duration(latency.call.p95)) : h('span', {}, '–'),
        [latency.firstPart ? `first chunk ${duration(latency.firstPart.p95)}` : 'no streams yet'],
      ),
    ),
  );
}

const tile = (
  name: string,
  label: string,
  figure: HTMLElement,
  more: ReadonlyArray<Node | string | false>,
): HTMLElement =>
  h(
    'div',
    { class: 'tile panel', 'data-tile': name },
    h('dt', {}, label),
    h('dd', { class: 'big' }, figure),
    h('dd', { class: 'more' }, ...more),
  );
