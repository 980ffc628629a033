import type { DashboardBudget } from '../src/dashboard/dashboard-data.ts';
import { exact, fill, h, nameOf } from './dom.ts';
import { count, duration, percent, usd } from './format.ts';

const WORDS = { ok: 'Within limit', warn: 'Near its limit', over: 'Limit reached' } as const;
/** Not by colour alone. */
const SIGNS = { ok: '✓', warn: '▲', over: '✕' } as const;

export function showBudgets(place: HTMLElement, budgets: readonly DashboardBudget[], now: number): void {
  if (budgets.length === 0) {
    const text = 'No budget is set, or none was used yet. Budgets limit what calls may cost: ';
    return fill(place, h('p', { class: 'nothing' }, text, h('code', {}, 'usage: { budgets: [ … ] }')));
  }
  fill(place, h('ul', { class: 'budgets' }, ...budgets.map((budget) => item(budget, now))));
}

function item(
  { budget, per, scope, unit, limit, spent, held, resetsAt, state }: DashboardBudget,
  now: number,
) {
  const shown = unit === 'usd' ? usd : count;
  const of = unit === 'usd' ? '' : ` ${unit}`;
  const share = (amount: number): number => (limit > 0 ? Math.min(1, amount / limit) : 1);
  const bar = h('div', {
    class: 'meter',
    role: 'meter',
    'aria-label': `Used of ${budget}`,
    'aria-valuemin': 0,
    'aria-valuemax': 100,
    'aria-valuenow': Math.round(share(spent + held) * 100),
    'aria-valuetext': `${shown(spent)} of ${shown(limit)}${of}`,
  });
  bar.style.setProperty('--spent', `${share(spent) * 100}%`);
  bar.style.setProperty('--held', `${share(spent + held) * 100}%`);
  return h(
    'li',
    { 'data-budget': budget, 'data-state': state },
    h(
      'div',
      { class: 'line' },
      h(
        'span',
        { class: 'who' },
        nameOf(budget),
        scope === undefined ? false : h('small', {}, per, nameOf(scope)),
      ),
      h('span', { class: 'chip' }, h('span', { 'aria-hidden': 'true' }, `${SIGNS[state]} `), WORDS[state]),
    ),
    bar,
    h(
      'p',
      { class: 'hint' },
      exact(spent, shown(spent)),
      ` of ${shown(limit)}${of} spent (${percent(limit > 0 ? spent / limit : 1)})`,
      held > 0 && `, ${shown(held)} reserved`,
      `, resets in ${duration(Math.max(0, resetsAt - now))}`,
    ),
  );
}
