import { RANGES, type DashboardData, type DashboardQuery } from '../src/dashboard/dashboard-data.ts';
import { byId, fill, h, visible } from './dom.ts';
import { RANGE_WORDS } from './view.ts';

export interface Filters {
  /** Shows which view this is. */
  show(view: DashboardQuery, known?: DashboardData['known']): void;
}

export function createFilters(changed: (view: DashboardQuery) => void): Filters {
  const form = byId('filters', HTMLFormElement);
  const [agent, model] = [byId('agent', HTMLSelectElement), byId('model', HTMLSelectElement)];
  const ranges = form.querySelector('.ranges');
  ranges?.append(
    ...RANGES.map((range) =>
      h(
        'label',
        { title: RANGE_WORDS[range] },
        h('input', { type: 'radio', name: 'range', value: range, 'aria-label': RANGE_WORDS[range] }),
        h('span', { 'aria-hidden': 'true' }, range),
      ),
    ),
  );
  form.addEventListener('change', () => {
    const range = RANGES.find((one) => one === new FormData(form).get('range')) ?? '1h';
    changed({
      range,
      ...(agent.value && { agent: agent.value }),
      ...(model.value && { model: model.value }),
    });
  });
  form.addEventListener('submit', (event) => event.preventDefault());

  const choose = (select: HTMLSelectElement, names: readonly string[], chosen: string | undefined): void => {
    const all = [...new Set([...names, ...(chosen === undefined ? [] : [chosen])])];
    const had = Array.from(select.options, ({ value }) => value).slice(1);
    if (select.options.length === 0 || had.join('\n') !== all.join('\n')) {
      fill(
        select,
        h('option', { value: '' }, 'All'),
        ...all.map((name) => h('option', { value: name }, visible(name))),
      );
    }
    select.value = chosen ?? '';
  };
  let names: DashboardData['known'] = { agents: [], models: [] };
  return {
    show(view, known) {
      names = known ?? names;
      for (const input of form.querySelectorAll<HTMLInputElement>('input[name=range]'))
        input.checked = input.value === view.range;
      choose(agent, names.agents, view.agent);
      choose(model, names.models, view.model);
    },
  };
}
