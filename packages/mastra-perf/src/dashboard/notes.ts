import type { Events, PerfEvents } from '../events.ts';
import type { NewNote } from './feed.ts';

export interface NoteTellers {
  readonly shownUser: (id: string) => string;
  readonly shownError: (error: unknown) => string;
}

type Tell<K extends keyof PerfEvents> = (event: PerfEvents[K], tellers: NoteTellers) => NewNote | undefined;

/** What of the events somebody may want to know of, and in which words. */
const TOLD: { readonly [K in keyof PerfEvents]?: Tell<K> } = {
  call: ({ agent, model, status, ms }) =>
    status === 'error'
      ? { level: 'error', kind: 'call', text: `A call failed after ${duration(ms)}`, agent, model }
      : undefined,
  staleIfError: ({ agent, error, status, ageMs }) => ({
    level: 'warning',
    kind: 'stale-if-error',
    text: `The model failed (${error}${status === undefined ? '' : ` ${status}`}): an answer that is ${duration(ageMs)} old was given`,
    agent,
  }),
  unreadable: ({ reason }) => ({
    level: 'warning',
    kind: 'unreadable',
    text: `A stored answer could not be read and counts as a miss: ${reason}`,
  }),
  store: ({ store, state, error }, { shownError }) =>
    state === 'up'
      ? { level: 'info', kind: 'store', text: `The store ${store} is there again` }
      : {
          level: 'error',
          kind: 'store',
          text: `The store ${store} is away, calls go on without it: ${shownError(error)}`,
        },
  storeFailure: ({ store, operation, reason }) => ({
    level: 'warning',
    kind: 'store-failure',
    text: `${operation} of the store ${store} failed: ${reason}`,
  }),
  slowStatement: ({ text, ms, failed }) => ({
    level: 'warning',
    kind: 'slow-statement',
    text: `A statement took ${duration(ms)}${failed === undefined ? '' : ` and failed (${failed})`}: ${text}`,
    of: text,
  }),
  saveFailed: ({ error }, { shownError }) => ({
    level: 'warning',
    kind: 'save-failed',
    text: `Messages could not be stored and are tried again: ${shownError(error)}`,
  }),
  saveLost: ({ ids, error }, { shownError }) => ({
    level: 'error',
    kind: 'save-lost',
    text: `${count(ids.length, 'message')} could not be stored and given up: ${shownError(error)}`,
  }),
  usageFolded: ({ records }) => ({
    level: 'warning',
    kind: 'usage-folded',
    text: `${count(records, 'record')} of usage lost whose they are, since the ledger was away for long`,
  }),
  dimensions: ({ model, from, to }) => ({
    level: 'warning',
    kind: 'dimensions',
    text: `Vectors have ${to} numbers instead of ${from}: former ones were taken away`,
    model,
  }),
  unpriced: ({ provider, model }) => ({
    level: 'warning',
    kind: 'unpriced',
    text: 'No price is known of this model: its dollars are not in the figures',
    model: `${provider}/${model}`,
  }),
  budget: (event, tellers) => budgetNote(event, tellers),
  limit: ({ kind, limit, agent, model, waitMs }) =>
    kind === 'waited'
      ? undefined
      : {
          level: 'warning',
          kind: `limit-${kind}`,
          text:
            kind === 'refused'
              ? `The limit ${limit} refused a call`
              : `${limit} answered that there were too many requests: it is left alone for ${duration(waitMs)}`,
          agent,
          model,
        },
  fault: ({ where, error }, { shownError }) => ({
    level: 'error',
    kind: 'fault',
    text: `${where} failed and was left out of a call: ${shownError(error)}`,
  }),
};

/** Listens to all of them. Returns the removal of the listeners. */
export function listenForNotes(
  { on }: Pick<Events, 'on'>,
  tellers: NoteTellers,
  add: (note: NewNote) => void,
): () => void {
  const listen = <K extends keyof PerfEvents>(name: K): (() => void) =>
    on(name, (event) => {
      const note = TOLD[name]?.(event, tellers);
      if (note) add(note);
    });
  const undos = (Object.keys(TOLD) as (keyof PerfEvents)[]).map((name) => listen(name));
  return () => {
    for (const undo of undos) undo();
  };
}

const BUDGET_WORDS: Readonly<Record<PerfEvents['budget']['kind'], string>> = {
  threshold: 'has passed a share of its limit',
  'burn-rate': 'is spent many times faster than usual',
  exceeded: 'is exceeded',
  clamped: 'let a call go on with a shorter answer',
  unavailable: 'could not be asked',
  unpriced: 'cannot limit a model without a price',
  estimated: 'was charged by the size of an answer',
  overrun: 'was charged more than was reserved',
  reconciled: 'was charged late',
  lost: 'lost charges',
};

function budgetNote(event: PerfEvents['budget'], { shownUser, shownError }: NoteTellers): NewNote {
  const { kind, budget, scope, threshold, action, agent, model, error, count: charges } = event;
  const isLetOn = action !== undefined && action !== 'block';
  const whose = scope === undefined ? '' : ` of ${shownUser(scope)}`;
  const more = [
    threshold === undefined ? '' : `${Math.round(threshold * 100)} %`,
    action === undefined ? '' : ACTIONS[action],
    charges === undefined ? '' : count(charges, 'charge'),
    error === undefined ? '' : shownError(error),
  ].filter(Boolean);
  return {
    level: BUDGET_ERRORS.has(kind) && !isLetOn ? 'error' : BUDGET_NEWS.has(kind) ? 'info' : 'warning',
    kind: `budget-${kind}`,
    text: `Budget ${budget ?? ''}${whose} ${BUDGET_WORDS[kind]}${more.length > 0 ? ` (${more.join(', ')})` : ''}`,
    ...(agent !== undefined && { agent }),
    ...(model !== undefined && { model }),
  };
}

const BUDGET_ERRORS: ReadonlySet<string> = new Set(['exceeded', 'unavailable', 'lost']);
const BUDGET_NEWS: ReadonlySet<string> = new Set(['clamped', 'estimated', 'reconciled']);
const ACTIONS = {
  block: 'the call was refused',
  warn: 'the call went on',
  degrade: 'a cheaper model answered',
  cache: 'a stored answer was given',
  allow: 'the call went on',
} as const;

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

/** For people; exact figures are elsewhere. */
function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 120) return `${Number(seconds.toFixed(1))} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
