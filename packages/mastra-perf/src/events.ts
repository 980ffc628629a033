import type { Outcome } from './pipeline/outcome.ts';

/** What is told while calls run: names, keys, sizes and milliseconds, never the text of a prompt or an answer. */
export interface PerfEvents {
  /** A call was answered (or failed): once per call, after its last part. */
  call: {
    readonly agent: string;
    readonly model: string;
    readonly outcome: string;
    readonly method: 'generate' | 'stream';
    readonly status: 'ok' | 'error' | 'aborted';
    readonly ms: number;
    /** Time to the first part with content; absent when none came. */
    readonly firstPartMs?: number;
  };
  /** An answer was stored. */
  stored: { readonly agent: string; readonly key: string; readonly bytes: number; readonly ttlMs: number };
  /** An answer was complete but may not be stored, and why. */
  notStored: { readonly agent: string; readonly key: string; readonly reason: string };
  /** A model failed and an old answer was given in its place. */
  staleIfError: {
    readonly agent: string;
    readonly key: string;
    readonly ageMs: number;
    /** Name of the model's error. */
    readonly error: string;
    /** HTTP status, if the provider answered with one. */
    readonly status?: number;
  };
  /** An entry of the store could not be read and counts as a miss: of another version, foreign, damaged or forged. */
  unreadable: { readonly key: string; readonly reason: string };
  /** The store is away, or back. While it is away calls go on without it. */
  store: { readonly store: string; readonly state: 'up' | 'down'; readonly error?: unknown };
  /** An operation of the store failed or took too long. */
  storeFailure: { readonly store: string; readonly operation: string; readonly reason: string };
  /**
   * A statement of Mastra's storage took long, by the measure of its `monitoredPool()`. `text` has `?` in place of all values; `failed`
   * is the code of the error, if it failed.
   */
  slowStatement: { readonly text: string; readonly ms: number; readonly failed?: string };
  /** Messages that are stored behind the calls could not be stored, and are tried again. */
  saveFailed: { readonly error: unknown };
  /** Messages that were to be stored behind the calls are given up. */
  saveLost: { readonly threadId: string; readonly ids: readonly string[]; readonly error: unknown };
  /**
   * Too much waited for a ledger that is away: so many records were summed up as `'(other)'`. Dollars and tokens stay right, of
   * whom they are is lost.
   */
  usageFolded: { readonly records: number };
  /** Messages were left out of a prompt or put into it, or it is too long and nothing more may be left out. */
  context: NonNullable<Outcome['context']> & { readonly agent: string; readonly model: string };
  /** An embedding model answers vectors of another length than before: the former ones are taken away. */
  dimensions: { readonly model: string; readonly from: number; readonly to: number };
  /** A model whose price is not known was billed; told once per model. */
  unpriced: { readonly provider: string; readonly model: string };
  /** A budget took effect, or could not. Amounts are in its unit: dollars, tokens or calls. */
  budget: {
    /**
     * `threshold`: a share of the limit is spent, told once per window by one process. `burn-rate`: an hour has cost many
     * times a usual one, told once per hour by one process. `exceeded`: a call did not fit, and
     * `action` says what came of it. `clamped`: it went on with a shorter answer. `unavailable`: the ledger or the limit
     * could not be asked. `unpriced`: the model has no price. `estimated`: an answer without usage was charged by its size.
     * `overrun`: a call cost more than was reserved. `reconciled`, `lost`: charges that the ledger did not take at once.
     */
    readonly kind:
      | 'threshold'
      | 'burn-rate'
      | 'exceeded'
      | 'clamped'
      | 'unavailable'
      | 'unpriced'
      | 'estimated'
      | 'overrun'
      | 'reconciled'
      | 'lost';
    readonly action?: 'block' | 'warn' | 'degrade' | 'cache' | 'allow';
    /** Name of the budget; absent of what concerns several. */
    readonly budget?: string;
    /** Whose budget it is: the resource, user, agent, model or value of the label. */
    readonly scope?: string;
    readonly unit?: 'usd' | 'tokens' | 'calls';
    readonly threshold?: number;
    readonly limit?: number;
    readonly spent?: number;
    /** In the present hour, as far as it has come. */
    readonly spentThisHour?: number;
    readonly usualPerHour?: number;
    /** Reserved by calls that are under way. */
    readonly held?: number;
    /** Milliseconds since the epoch. */
    readonly resetsAt?: number;
    readonly agent?: string;
    readonly model?: string;
    /** Charges that were brought in late, or that are lost. */
    readonly count?: number;
    readonly error?: unknown;
  };
  /**
   * A limit took effect. `waited`: a call began later. `refused`: too many were waiting, or it would have waited for too long.
   * `throttled`: the provider answered that there were too many all the same, and is left alone for `waitMs`.
   */
  limit: {
    readonly kind: 'waited' | 'refused' | 'throttled';
    /** Which limit: `'concurrency'`, `'maxQueue'`, or the provider or model it is set for. */
    readonly limit: string;
    readonly agent: string;
    readonly model: string;
    readonly waitMs: number;
  };
  /** A part of the plugin failed and was left out of a call; the call itself went on. */
  fault: { readonly where: string; readonly error: unknown };
}

type Listener<K extends keyof PerfEvents> = (event: PerfEvents[K]) => void;

export interface Events {
  /**
   * Adds a listener and returns its removal. A listener that throws or rejects is reported as a process warning, never
   * to the caller.
   */
  on<K extends keyof PerfEvents>(name: K, listener: Listener<K>): () => void;
  emit<K extends keyof PerfEvents>(name: K, event: PerfEvents[K]): void;
  clear(): void;
}

export function createEvents(): Events {
  const listeners = new Map<keyof PerfEvents, Set<(event: never) => unknown>>();
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener));
      return () => set.delete(listener);
    },
    emit(name, event) {
      // A copy: a listener may add another one, which was not there when this happened.
      for (const listener of [...(listeners.get(name) ?? [])]) {
        try {
          const result: unknown = listener(event as never);
          if (result instanceof Promise) result.catch((error: unknown) => warn(name, error));
        } catch (error) {
          warn(name, error);
        }
      }
    },
    clear: () => listeners.clear(),
  };
}

function warn(name: string, error: unknown): void {
  process.emitWarning(`a listener of perf.on('${name}') threw: ${String(error)}`, {
    code: 'MASTRA_PERF_LISTENER',
    type: 'MastraPerfWarning',
  });
}

/**
 * Tells of a part of the plugin that failed and was left out of a call: always as the event `fault`, and the first time
 * at each place as a process warning, since nobody may be listening.
 */
export function faultTeller({ emit }: Events): (where: string, error: unknown) => void {
  const told = new Set<string>();
  return (where, error) => {
    emit('fault', { where, error });
    if (told.has(where)) return;
    told.add(where);
    process.emitWarning(`mastra-perf: ${where} failed and was left out of a call: ${String(error)}`, {
      code: 'MASTRA_PERF_FAULT',
      type: 'MastraPerfWarning',
    });
  };
}

/** Tells how a store fares: each change as the event `store`, and that it went away as a process warning as well. */
export function storeTeller(
  { emit }: Events,
  store: string,
  onUp: () => void,
): {
  readonly onState: (state: 'up' | 'down', cause?: unknown) => void;
  readonly onFailure: (operation: string, reason: string) => void;
} {
  return {
    onState(state, cause) {
      emit('store', { store, state, ...(cause !== undefined && { error: cause }) });
      if (state === 'up') return onUp();
      process.emitWarning(
        `mastra-perf: the store "${store}" is away, calls go on without it: ${String(cause)}`,
        {
          code: 'MASTRA_PERF_STORE_DOWN',
          type: 'MastraPerfWarning',
        },
      );
    },
    onFailure: (operation, reason) => emit('storeFailure', { store, operation, reason }),
  };
}
