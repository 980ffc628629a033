import uPlot from 'uplot';
import { fill, h } from './dom.ts';
import { dateAndTime, moment } from './format.ts';
import { colour } from './theme.ts';

/** One measure in a chart. */
export interface Measure {
  readonly label: string;
  /** Name of a colour of the style sheet. */
  readonly colour: string;
  /** Dots stand only where there is something. */
  readonly kind: 'bar' | 'line' | 'dot';
}

export interface ChartOptions {
  readonly title: string;
  /** What is measured, for who wants to know. */
  readonly about: string;
  readonly measures: readonly Measure[];
  /** Bars stand on one another. */
  readonly isStacked?: boolean;
  readonly shown: (value: number) => string;
  /** For figures that stand beside each other, the highest of which is `most`. @default shown */
  readonly shownUpTo?: (most: number) => (value: number) => string;
  /** What the legend tells of the whole range. */
  readonly summary: (values: ReadonlyArray<number | undefined>) => number | undefined;
}

export interface ChartData {
  /** Begin of each bucket, in milliseconds since the epoch. */
  readonly at: readonly number[];
  readonly bucketMs: number;
  /** One list for each measure; `undefined` where nothing was measured. */
  readonly values: ReadonlyArray<ReadonlyArray<number | undefined>>;
  /** In the place of a legend's figure: what is known of the whole range better than from its buckets. */
  readonly totals?: ReadonlyArray<number | undefined>;
}

export interface Chart {
  readonly element: HTMLElement;
  update(data: ChartData): void;
  /** The colours are others. */
  repaint(): void;
}

const HEIGHT = 190;
const FONT = '11px system-ui, sans-serif';
const DAY_MS = 86_400_000;

/** A chart, its legend with figures, and the same as a table. */
export function createChart(options: ChartOptions): Chart {
  const { title, about, measures, isStacked = false, shown, shownUpTo = () => shown, summary } = options;
  const id = `chart-${title.toLowerCase().replace(/\W+/g, '-')}`;
  const place = h('div', { class: 'plot', role: 'img', 'aria-label': title });
  const when = h('p', { class: 'when' });
  const figures = measures.map(() => h('span', { class: 'figure' }, '–'));
  const legend = h(
    'ul',
    { class: 'legend' },
    ...measures.map(({ label, colour: name, kind }, index) => {
      const mark = h('span', { class: `mark ${kind} c-${name}`, 'aria-hidden': 'true' });
      return h('li', {}, mark, h('span', {}, label), figures[index]);
    }),
  );
  const table = h('div', {
    class: 'scroll',
    tabindex: 0,
    role: 'region',
    'aria-label': `${title}, as a table`,
  });
  const details = h('details', {}, h('summary', {}, 'As a table'), table);
  const nothing = h('p', { class: 'nothing', hidden: true }, 'Nothing in this time.');
  const element = h(
    'figure',
    { class: 'panel chart', 'aria-labelledby': id },
    h('figcaption', {}, h('h3', { id }, title), h('p', { class: 'hint' }, about), when),
    h('div', { class: 'stage' }, place, nothing),
    legend,
    details,
  );

  let data: ChartData | undefined;
  let plot: uPlot | undefined;

  const tellFigures = (index: number | null | undefined): void => {
    if (!data) return;
    const { at, values, totals } = data;
    const moved = index !== null && index !== undefined;
    when.textContent = moved ? dateAndTime(at[index] ?? 0) : '';
    for (const [which, figure] of figures.entries()) {
      const own = values[which] ?? [];
      const value = moved ? own[index] : totals ? totals[which] : summary(own);
      figure.textContent = value === undefined ? '–' : shown(value);
    }
  };
  const draw = (): void => {
    if (!data || place.clientWidth === 0) return;
    const { at, bucketMs, values } = data;
    const aligned: uPlot.AlignedData = [
      at.map((one) => (one + bucketMs / 2) / 1000),
      ...drawn(values, measures, isStacked).map((own) => own.map((value) => value ?? null)),
    ];
    if (plot) return plot.setData(aligned);
    plot = new uPlot(
      {
        width: place.clientWidth,
        height: HEIGHT,
        padding: [8, 16, 0, 0], // the last label of the time reaches beyond the plot
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
        scales: {
          x: {
            range: () => [(data?.at[0] ?? 0) / 1000, ((data?.at.at(-1) ?? 0) + (data?.bucketMs ?? 0)) / 1000],
          },
          y: { range: (_, _min, max) => [0, max > 0 ? max * 1.08 : 1] },
        },
        axes: [
          {
            stroke: () => colour('soft'),
            font: FONT,
            size: 26,
            gap: 6,
            space: 72,
            grid: { show: false },
            ticks: { show: false },
            values: (_, splits) => {
              const span = (data?.bucketMs ?? 0) * at.length;
              return splits.map((one) => moment(one * 1000, span > 2 * DAY_MS ? DAY_MS : 60_000));
            },
          },
          {
            stroke: () => colour('soft'),
            font: FONT,
            size: (_, texts) => 14 + 6.4 * Math.max(0, ...(texts ?? []).map((text) => text.length)),
            gap: 6,
            space: 36,
            grid: { stroke: () => colour('line'), width: 1 },
            ticks: { show: false },
            values: (_, splits) => splits.map((one) => (one === 0 ? '0' : shownUpTo(splits[1] ?? one)(one))),
          },
        ],
        series: [{}, ...order(measures, isStacked).map((which) => seriesOf(measures[which] as Measure))],
        hooks: { setCursor: [({ cursor }) => tellFigures(cursor.idx)] },
      },
      aligned,
      place,
    );
    plot.root.addEventListener('mouseleave', () => tellFigures(null));
  };
  new ResizeObserver(() => {
    if (plot) plot.setSize({ width: place.clientWidth, height: HEIGHT });
    else draw();
  }).observe(place);

  return {
    element,
    update(next) {
      data = next;
      const { at, values } = next;
      const isEmpty = values.every((own) => own.every((value) => !value));
      nothing.hidden = !isEmpty;
      place.classList.toggle('empty', isEmpty);
      draw();
      tellFigures(plot?.cursor.idx);
      const told = measures.map(({ label }, which) => `${label} ${figures[which]?.textContent ?? ''}`);
      place.setAttribute('aria-label', `${title}. ${isEmpty ? 'Nothing in this time' : told.join(', ')}.`);
      const inTable = shownUpTo(Math.max(0, ...values.flat().map((value) => value ?? 0)));
      fill(
        table,
        h(
          'table',
          {},
          h('caption', { class: 'hidden' }, title),
          h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'From'), ...measures.map(heading))),
          h(
            'tbody',
            {},
            ...at.map((one, index) =>
              h(
                'tr',
                {},
                h('th', { scope: 'row' }, dateAndTime(one)),
                ...measures.map((_, which) => cell(values[which]?.[index], inTable)),
              ),
            ),
          ),
        ),
      );
    },
    repaint: () => plot?.redraw(false),
  };
}

const heading = ({ label }: Measure): HTMLElement => h('th', { scope: 'col', class: 'number' }, label);
const cell = (value: number | undefined, shown: (value: number) => string): HTMLElement =>
  h('td', { class: 'number' }, value === undefined ? '–' : shown(value));

/** Stacked bars are drawn from the top of the stack on, each over the one before it; lines come last. */
function order(measures: readonly Measure[], isStacked: boolean): number[] {
  const all = measures.map((_, index) => index);
  if (!isStacked) return all;
  const bars = all.filter((index) => measures[index]?.kind === 'bar');
  return [...bars.toReversed(), ...all.filter((index) => measures[index]?.kind !== 'bar')];
}

function drawn(
  values: ChartData['values'],
  measures: readonly Measure[],
  isStacked: boolean,
): ReadonlyArray<ReadonlyArray<number | undefined>> {
  const isBar = (which: number): boolean => measures[which]?.kind === 'bar';
  if (!isStacked) return values;
  const below = (values[0] ?? []).map(() => 0);
  const heights = values.map((own, which) =>
    !isBar(which)
      ? own.map((value) => value || undefined)
      : own.map((value, index) => (below[index] = (below[index] ?? 0) + (value ?? 0))),
  );
  return order(measures, true).map((which) => heights[which] ?? []);
}

/** Where values stand alone, a line between them would not be seen; where they are many, dots only make noise. */
const MOST_DOTS = 24;
const isSparse = (plot: uPlot, which: number): boolean =>
  (plot.data[which] ?? []).filter((value) => value !== null).length <= MOST_DOTS;

const bars = uPlot.paths.bars?.({ size: [0.82, 28], radius: 0.12 });

function seriesOf({ label, colour: name, kind }: Measure): uPlot.Series {
  const common = { label, stroke: () => colour(name) };
  return kind === 'bar'
    ? { ...common, fill: () => colour(name), width: 0, points: { show: false }, ...(bars && { paths: bars }) }
    : {
        ...common,
        width: kind === 'dot' ? 0 : 2,
        spanGaps: true,
        points: {
          show: kind === 'dot' || isSparse,
          size: kind === 'dot' ? 8 : 5,
          width: 0,
          fill: () => colour(name),
        },
      };
}
