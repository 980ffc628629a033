import type { DashboardCache, DashboardEntry, InvalidateRequest } from '../src/dashboard/dashboard-data.ts';
import { exact, fill, h, nameOf } from './dom.ts';
import { bytes, count, duration, percent } from './format.ts';
import { tableOf, type Column } from './table.ts';

/** What is in memory, and a way to take it away. `pick` puts something into the form. */
export function showCache(
  place: HTMLElement,
  cache: DashboardCache,
  pick: (request: InvalidateRequest) => void,
): void {
  const looked = cache.hits + cache.misses;
  const columns: ReadonlyArray<Column<DashboardEntry>> = [
    {
      head: 'Answer',
      cell: ({ key }) =>
        h(
          'button',
          {
            type: 'button',
            class: 'link mono',
            'data-focus': `key ${key}`,
            title: key,
            click: () => pick({ key }),
          },
          `${key.slice(0, 10)}…`,
        ),
    },
    { head: 'Agent', cell: ({ agent }) => nameOf(agent) },
    {
      head: 'Tags',
      cell: ({ key, tags }) =>
        h(
          'span',
          { class: 'tags' },
          ...tags.map((tag) =>
            h(
              'button',
              { type: 'button', class: 'tag', 'data-focus': `tag ${key} ${tag}`, click: () => pick({ tag }) },
              nameOf(tag),
            ),
          ),
        ),
    },
    { head: 'Hits', isNumber: true, cell: ({ hits }) => exact(hits, count(hits)) },
    { head: 'Size', isNumber: true, cell: (entry) => exact(entry.bytes, bytes(entry.bytes)) },
    { head: 'Age', isNumber: true, isExtra: true, cell: ({ ageMs }) => duration(ageMs) },
    { head: 'Leaves in', isNumber: true, isExtra: true, cell: ({ leavesMs }) => duration(leavesMs) },
  ];
  fill(
    place,
    h(
      'h3',
      {},
      'In memory',
      h(
        'small',
        {},
        ` ${count(cache.entries)} ${cache.entries === 1 ? 'answer' : 'answers'}, ${bytes(cache.bytes)}`,
        looked > 0 && `, ${percent(cache.hits / looked)} of look-ups found`,
      ),
    ),
    tableOf('Answers in memory', columns, cache.rows, 'No answer is in memory.', 'cache'),
    cache.listed > cache.rows.length &&
      h(
        'p',
        { class: 'hint' },
        `The most given and the largest of the ${count(cache.listed)} that were used last.`,
      ),
  );
}
