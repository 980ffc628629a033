import type {
  DashboardData,
  DashboardNote,
  DashboardOperation,
  DashboardStore,
} from '../src/dashboard/dashboard-data.ts';
import { fill, h, nameOf, visible } from './dom.ts';
import { count, dateAndTime, duration, timeOfDay } from './format.ts';
import { tableOf, type Column } from './table.ts';

const SIGNS = { info: 'i', warning: '▲', error: '✕' } as const;
const WORDS = { info: 'Note', warning: 'Warning', error: 'Error' } as const;

/** Alerts, errors and whatever else somebody may want to know of. */
export function showFeed(place: HTMLElement, { feed, at }: DashboardData): void {
  fill(
    place,
    h('h3', {}, 'Events'),
    feed.length === 0
      ? h('p', { class: 'nothing' }, 'Nothing has happened that somebody should know of.')
      : h(
          'ol',
          { class: 'feed', tabindex: 0, 'aria-label': 'Events, the newest first', 'data-focus': 'feed' },
          ...feed.map((note) => noteItem(note, at)),
        ),
  );
}

function noteItem({ at, level, kind, text, agent, model }: DashboardNote, now: number): HTMLElement {
  const isToday = now - at < 12 * 3_600_000;
  return h(
    'li',
    { 'data-level': level, 'data-kind': kind },
    h('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[level]),
    h(
      'div',
      {},
      h('p', {}, h('span', { class: 'hidden' }, `${WORDS[level]}: `), h('bdi', {}, visible(text))),
      h(
        'p',
        { class: 'hint' },
        h('time', { datetime: new Date(at).toISOString() }, isToday ? timeOfDay(at) : dateAndTime(at)),
        agent !== undefined && ' · ',
        agent !== undefined && nameOf(agent),
        model !== undefined && ' · ',
        model !== undefined && nameOf(model),
      ),
    ),
  );
}

const OPERATIONS: ReadonlyArray<Column<DashboardOperation>> = [
  { head: 'Operation', cell: ({ name }) => nameOf(name) },
  { head: 'Count', isNumber: true, cell: (row) => count(row.count) },
  { head: 'p50', isNumber: true, cell: ({ p50 }) => duration(p50) },
  { head: 'p95', isNumber: true, cell: ({ p95 }) => duration(p95) },
  { head: 'Slowest', isNumber: true, cell: ({ max }) => duration(max) },
];

/** The store, and what takes its time beside models. */
export function showStore(place: HTMLElement, { store, operations, at }: DashboardData): void {
  fill(
    place,
    h('h3', {}, 'Store'),
    store
      ? storeItem(store, at)
      : h('p', { class: 'nothing' }, 'None: everything is in the memory of this process.'),
    h('h3', {}, 'Slowest operations', h('small', {}, ' of the last hour')),
    tableOf('Slowest operations', OPERATIONS, operations, 'Nothing was measured yet.', 'operations'),
  );
}

function storeItem(store: DashboardStore, now: number): HTMLElement {
  const { name, state, since, opened, timeouts, errors, rejected } = store;
  const facts: ReadonlyArray<readonly [string, string]> = [
    ['Times away', count(opened)],
    ['Timeouts', count(timeouts)],
    ['Errors', count(errors)],
    ['Turned away', count(rejected)],
  ];
  return h(
    'div',
    { class: 'store', 'data-state': state },
    h(
      'p',
      { class: 'line' },
      nameOf(name),
      h(
        'span',
        { class: 'chip' },
        h('span', { 'aria-hidden': 'true' }, state === 'up' ? '✓ ' : '✕ '),
        `${state === 'up' ? 'Up' : 'Away'} for ${duration(Math.max(0, now - since))}`,
      ),
    ),
    h(
      'dl',
      { class: 'facts' },
      ...facts.flatMap(([term, value]) => [h('div', {}, h('dt', {}, term), h('dd', {}, value))]),
    ),
  );
}
