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
  /** A model whose price is not known was billed; told once per model. */
  unpriced: { readonly provider: string; readonly model: string };
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
