import { RANGES, type DashboardQuery, type DashboardRange } from '../src/dashboard/dashboard-data.ts';

/** What is looked at, as it stands in the address: it can be kept, sent and gone back to. */
export function viewInAddress(): DashboardQuery {
  const parameters = new URLSearchParams(location.search);
  const range = RANGES.find((one) => one === parameters.get('range')) ?? '1h';
  const [agent, model] = [parameters.get('agent'), parameters.get('model')];
  return { range, ...(agent && { agent }), ...(model && { model }) };
}

export function searchOf({ range, agent, model }: DashboardQuery): string {
  const parameters = new URLSearchParams({ range });
  if (agent !== undefined) parameters.set('agent', agent);
  if (model !== undefined) parameters.set('model', model);
  return `?${parameters.toString()}`;
}

export function putInAddress(view: DashboardQuery): void {
  const search = searchOf(view);
  if (search !== location.search) history.pushState(null, '', search);
}

export const RANGE_WORDS: Readonly<Record<DashboardRange, string>> = {
  '15m': '15 minutes',
  '1h': '1 hour',
  '6h': '6 hours',
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
};
