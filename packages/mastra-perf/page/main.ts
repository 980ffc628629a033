import type { DashboardData, DashboardQuery } from '../src/dashboard/dashboard-data.ts';
import { hasToken, keepToken, readData, Refused } from './api.ts';
import { showBudgets } from './budgets.ts';
import { showCache } from './cache.ts';
import { createCharts } from './charts.ts';
import { showCost } from './cost.ts';
import { byId, visible } from './dom.ts';
import { createFilters } from './filters.ts';
import { timeOfDay } from './format.ts';
import { showFeed, showStore } from './health.ts';
import { createInvalidateForm } from './invalidate-form.ts';
import { listen } from './live.ts';
import { createMeanings } from './meanings.ts';
import { startTheme } from './theme.ts';
import { showTiles } from './tiles.ts';
import { putInAddress, RANGE_WORDS, viewInAddress } from './view.ts';

/** The server builds a view once a second at most; buckets move on although nothing happens. */
const AT_MOST_EVERY_MS = 1000;
const AT_LEAST_EVERY_MS = 30_000;

let view: DashboardQuery = viewInAddress();
let reading: AbortController | undefined;
let readAt = 0;
/** Something happened while it was read. */
let isOld = false;
let later: ReturnType<typeof setTimeout> | undefined;
let reconnect: (() => void) | undefined;

const content = byId('content', HTMLElement);
const gate = byId('gate', HTMLElement);
const said = byId('said', HTMLElement);
const charts = createCharts();
byId('charts', HTMLElement).append(...charts.elements);
const filters = createFilters((next) => {
  view = next;
  putInAddress(view);
  void refresh(true);
});
const pick = createInvalidateForm(() => void refresh());
const showMeanings = createMeanings(() => void refresh());

addEventListener('popstate', () => {
  view = viewInAddress();
  filters.show(view);
  void refresh(true);
});
byId('login', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const token = byId('token', HTMLInputElement);
  keepToken(token.value.trim());
  token.value = '';
  void refresh().then(() => reconnect?.());
});
startTheme(charts.repaint);
filters.show(view);
void refresh().then(() => {
  reconnect = listen(soon, shut);
});

/** Reads and shows what is looked at now. */
async function refresh(isChosen = false): Promise<void> {
  clearTimeout(later);
  reading?.abort();
  const mine = new AbortController();
  reading = mine;
  readAt = performance.now();
  isOld = false;
  try {
    const data = await readData(view, mine.signal);
    if (mine.signal.aborted) return;
    show(data);
    if (isChosen) said.textContent = `${RANGE_WORDS[data.query.range]}: ${data.totals.calls} calls`;
  } catch (error) {
    if (mine.signal.aborted) return;
    if (error instanceof Refused && [401, 403].includes(error.status)) shut(error);
    else missing([`The figures could not be read: ${error instanceof Error ? error.message : 'no answer'}`]);
  } finally {
    if (reading === mine) {
      reading = undefined;
      later = setTimeout(
        () => document.hidden || void refresh(),
        isOld ? AT_MOST_EVERY_MS : AT_LEAST_EVERY_MS,
      );
    }
  }
}

/** Something is new: once a second is enough. */
function soon(): void {
  if (reading) {
    isOld = true;
    return;
  }
  clearTimeout(later);
  later = setTimeout(() => void refresh(), Math.max(0, readAt + AT_MOST_EVERY_MS - performance.now()));
}

function show(data: DashboardData): void {
  gate.hidden = true;
  content.hidden = false;
  filters.show(view, data.known);
  showTiles(byId('figures', HTMLElement), data);
  charts.update(data);
  showCost(byId('cost', HTMLElement), data);
  showBudgets(byId('budgets', HTMLElement), data.budgets, data.at);
  showCache(byId('cache', HTMLElement), data.cache, pick);
  showMeanings(data.meanings);
  showFeed(byId('feed', HTMLElement), data);
  showStore(byId('store', HTMLElement), data);
  missing(data.missing.map(({ part, reason }) => `${part} could not be read (${reason})`));
  byId('when', HTMLElement).textContent =
    `As of ${timeOfDay(data.at)}. Sums are of ${data.isShared ? 'all processes that share the store' : 'this process'}.`;
}

function missing(parts: readonly string[]): void {
  const notice = byId('missing', HTMLElement);
  notice.hidden = parts.length === 0;
  const text = visible(parts.join('; '));
  if (notice.textContent !== text) notice.textContent = text;
  content.hidden = gate.hidden ? false : content.hidden;
}

/** The server gives nothing to whoever asks here. */
function shut(error: Refused): void {
  content.hidden = true;
  gate.hidden = false;
  const isLogin = error.code === 'auth' || error.status === 401;
  byId('gate-title', HTMLElement).textContent = isLogin ? 'Log in' : 'The figures are closed';
  byId('gate-why', HTMLElement).textContent =
    isLogin && hasToken() ? 'The server did not accept this token.' : visible(error.message);
  byId('login', HTMLFormElement).hidden = !isLogin;
}
