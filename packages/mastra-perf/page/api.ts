import type {
  DashboardData,
  DashboardQuery,
  DashboardTick,
  FeedbackRequest,
  InvalidateRequest,
} from '../src/dashboard/dashboard-data.ts';
import { searchOf } from './view.ts';

const SILENT_MS = 40_000;
const TOKEN = 'mastra-perf-token';
const BASE = location.pathname.replace(/\/+$/, '');

/** The server has answered, and not with what was asked for. */
export class Refused extends Error {
  readonly status: number;
  /** `'auth'` when a login would help. */
  readonly code: string | undefined;

  constructor(status: number, message: string, code?: string) {
    super(message);
    this.status = status;
    this.code = code ?? (status === 401 ? 'auth' : undefined);
  }
}

export const keepToken = (token: string): void => sessionStorage.setItem(TOKEN, token);
export const hasToken = (): boolean => sessionStorage.getItem(TOKEN) !== null;

/** Reads with a signal end with it, at the latest after 20 s. */
export async function readData(query: DashboardQuery, signal: AbortSignal): Promise<DashboardData> {
  const response = await ask(`/data${searchOf(query)}`, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]),
  });
  return (await response.json()) as DashboardData;
}

export const invalidate = (request: InvalidateRequest): Promise<void> => act('/invalidate', request);
export const judge = (request: FeedbackRequest): Promise<void> => act('/feedback', request);

async function act(below: string, request: object): Promise<void> {
  await ask(below, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-mastra-perf': '1' },
    body: JSON.stringify(request),
  });
}

/**
 * Reads the server's events until it or the signal ends them. An `EventSource` would be less, but cannot send a token.
 *
 * @throws Refused
 */
export async function readTicks(
  signal: AbortSignal,
  opened: () => void,
  tell: (tick: DashboardTick) => void,
): Promise<void> {
  const { body } = await ask('/events', { signal, headers: { accept: 'text/event-stream' } });
  if (!body) return;
  opened();
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    // It says something every 15 s: a connection that died without a word is found out.
    const silent = setTimeout(() => void reader.cancel(), SILENT_MS);
    // Also when it broke off: to cancel what is broken fails, and nobody waits for it.
    const { done, value } = await reader.read().finally(() => clearTimeout(silent));
    if (done) return;
    text += value;
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) tell(JSON.parse(data) as DashboardTick);
    }
  }
}

async function ask(below: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.set('authorization', `Bearer ${token}`);
  const response = await fetch(`${BASE}${below}`, { ...init, headers, credentials: 'same-origin' });
  if (response.ok) return response;
  const { error, code } = await response
    .json()
    .then((body: unknown) =>
      typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {},
    )
    .catch(() => ({}) as Record<string, unknown>); // what a proxy says is not JSON; its status tells
  const message = typeof error === 'string' ? error : `The server answered ${response.status}.`;
  throw new Refused(response.status, message, typeof code === 'string' ? code : undefined);
}
