import type { DashboardData, DashboardRow, DashboardTop } from '../src/dashboard/dashboard-data.ts';
import { exact, fill, h, nameOf } from './dom.ts';
import { count, usdUpTo } from './format.ts';
import { shareBar, tableOf, type Column } from './table.ts';

/** Tokens and dollars by model, agent, resource and user. */
export function showCost(place: HTMLElement, data: DashboardData): void {
  fill(
    place,
    panel('Models', 'models', data.models),
    panel('Agents', 'agents', data.agents),
    data.resources.count > 0 && panel('Resources', 'resources', data.resources),
    // One of the two at least, so that nobody looks for it in vain.
    (data.users.count > 0 || data.resources.count === 0) &&
      panel('Users', 'users', data.users, 'The calls of this time say neither a resource nor a user.'),
  );
}

function panel(
  title: string,
  name: string,
  { rows, count: all }: DashboardTop,
  nothing = 'Nothing in this time.',
) {
  const most = Math.max(0, ...rows.map(({ spent }) => spent.usd));
  const usd = usdUpTo(Math.max(most, ...rows.map(({ saved }) => saved.usd)));
  const columns: ReadonlyArray<Column<DashboardRow>> = [
    { head: title.slice(0, -1), cell: (row) => nameOf(row.name) },
    { head: 'Calls', isNumber: true, cell: ({ calls }) => exact(calls, count(calls)) },
    {
      head: 'Tokens in / out',
      isNumber: true,
      isExtra: true,
      cell: ({ spent }) =>
        h(
          'span',
          {},
          exact(spent.inputTokens, count(spent.inputTokens)),
          ' / ',
          exact(spent.outputTokens, count(spent.outputTokens)),
        ),
    },
    { head: 'Saved', isNumber: true, cell: ({ saved }) => exact(saved.usd, usd(saved.usd)) },
    {
      head: 'Spent',
      isNumber: true,
      cell: ({ spent }) =>
        h(
          'span',
          { class: 'with-bar' },
          exact(spent.usd, usd(spent.usd)),
          shareBar(most === 0 ? 0 : spent.usd / most, 'spent'),
        ),
    },
  ];
  return h(
    'section',
    { class: 'panel', 'aria-label': title },
    h('h3', {}, title, all > rows.length && h('small', {}, ` the ${rows.length} dearest of ${count(all)}`)),
    tableOf(`${title} by cost`, columns, rows, nothing, name),
  );
}
