import { h } from './dom.ts';

export interface Column<Row> {
  readonly head: string;
  readonly isNumber?: boolean;
  /** Not shown where there is little room. */
  readonly isExtra?: boolean;
  readonly cell: (row: Row) => Node | string | number;
}

/** A table with its title; the first column names the row. On a narrow screen it scrolls by itself. */
export function tableOf<Row>(
  title: string,
  columns: ReadonlyArray<Column<Row>>,
  rows: readonly Row[],
  nothing: string,
  name?: string,
): HTMLElement {
  if (rows.length === 0) return h('p', { class: 'nothing' }, nothing);
  const classes = ({ isNumber, isExtra }: Column<Row>): string | undefined =>
    [isNumber && 'number', isExtra && 'extra'].filter(Boolean).join(' ') || undefined;
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': title, 'data-focus': `table ${title}` },
    h(
      'table',
      { 'data-table': name },
      h('caption', { class: 'hidden' }, title),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ...columns.map((column) => h('th', { scope: 'col', class: classes(column) }, column.head)),
        ),
      ),
      h(
        'tbody',
        {},
        ...rows.map((row) =>
          h(
            'tr',
            {},
            ...columns.map((column, index) =>
              index === 0
                ? h('th', { scope: 'row', class: classes(column) }, column.cell(row))
                : h('td', { class: classes(column) }, column.cell(row)),
            ),
          ),
        ),
      ),
    ),
  );
}

/** How much of the most this is. */
export function shareBar(share: number, colour: string): HTMLElement {
  const bar = h('span', { class: `share c-${colour}`, 'aria-hidden': 'true' });
  bar.style.setProperty('--share', `${Math.max(0, Math.min(1, share)) * 100}%`);
  return bar;
}
