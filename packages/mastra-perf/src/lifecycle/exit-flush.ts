const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const RETRY_MS = 250;

/** On our listeners, so that copies of the package do not take one another for the application. */
const MARK = Symbol.for('mastra-perf.exit-flush');

/** What is used of Node's `process`. */
export interface ExitProcess extends Pick<
  NodeJS.EventEmitter,
  'prependListener' | 'removeListener' | 'listeners'
> {
  readonly pid: number;
  kill(pid: number, signal: string): unknown;
  emitWarning(warning: string, options: { readonly code: string; readonly type: string }): void;
}

export interface ExitFlushOptions {
  /** Rejects when not all could be written; it is then called again. */
  readonly flush: () => Promise<void>;
  /** Whether there is anything to flush. */
  readonly isPending: () => boolean;
  /** How long the end of the process is put off at most. @default 5000 */
  readonly timeoutMs?: number;
  /** @default globalThis.process */
  readonly process?: ExitProcess;
  /** Runs `then` in `ms` milliseconds and keeps the process alive until then; returns the cancel. @default setTimeout */
  readonly after?: (ms: number, then: () => void) => () => void;
}

/**
 * Flushes when the process is about to end: on SIGTERM and SIGINT, and when nothing is left to do. It ends then as it would
 * have without this; where the application listens to the signal, ending is left to it. Nothing is flushed by
 * `process.exit()`, by an uncaught error and by SIGKILL. Returns the undo.
 */
export function flushOnExit(options: ExitFlushOptions): () => void {
  const { flush, isPending, timeoutMs = 5_000, after = heldTimer } = options;
  const process: ExitProcess = options.process ?? globalThis.process;
  let underWay: Promise<boolean> | undefined;
  let gaveUp = false;

  /** Calls on signals and at the end of work share one pass. It never rejects. */
  const pass = (): Promise<boolean> =>
    (underWay ??= flushUntil(timeoutMs, flush, isPending, after).then(async ({ complete, error }) => {
      underWay = undefined;
      if (!complete) await warn(process, timeoutMs, error);
      return complete;
    }));

  const onSignal = (signal: string) => {
    let isEnding = false;
    const listener = (): void => {
      const isOurs = isLeftToUs(process, signal);
      const end = (): void => {
        if (!isOurs || isEnding) return;
        isEnding = true;
        process.removeListener(signal, listener);
        process.kill(process.pid, signal); // with nobody listening any more, this is Node's default
      };
      if (isPending()) void pass().then(end);
      else end();
    };
    return Object.assign(listener, { [MARK]: true });
  };

  const onBeforeExit = (): void => {
    // What could not be written once keeps nobody from ending; the event comes again after each pass.
    if (!gaveUp && isPending()) void pass().then((complete) => (gaveUp = !complete));
  };

  const listeners = [
    ['beforeExit', onBeforeExit] as const,
    ...SIGNALS.map((signal) => [signal, onSignal(signal)] as const),
  ];
  // First in the row, to see who else is listening: one that was added with `once()` is gone when its turn is over.
  for (const [event, listener] of listeners) process.prependListener(event, listener);
  return () => {
    for (const [event, listener] of listeners) process.removeListener(event, listener);
  };
}

/**
 * Whether nobody else ends the process. The listeners of signal-exit, which many packages bring along, wait for others to do so,
 * and tell their number: those since version 4 in the global scope, older ones in the process.
 */
function isLeftToUs(process: ExitProcess, signal: string): boolean {
  const others = process.listeners(signal).filter((one) => !(one instanceof Object && MARK in one));
  const polite =
    countIn(globalThis, Symbol.for('signal-exit emitter')) + countIn(process, '__signal_exit_emitter__');
  return others.length <= polite;
}

function countIn(process: object, key: PropertyKey): number {
  const emitter: unknown = Reflect.get(process, key);
  const count: unknown = emitter instanceof Object ? Reflect.get(emitter, 'count') : undefined;
  return typeof count === 'number' ? count : 0;
}

/** Flushes until nothing is left, trying again what fails, or until the time is up. */
async function flushUntil(
  timeoutMs: number,
  flush: () => Promise<void>,
  isPending: () => boolean,
  after: (ms: number, then: () => void) => () => void,
): Promise<{ readonly complete: boolean; readonly error?: unknown }> {
  let error: unknown;
  let isOver = false;
  const ended = Promise.withResolvers<void>();
  let cancelRetry = (): void => undefined;
  const work = async (): Promise<void> => {
    try {
      await flush();
    } catch (failure) {
      error = failure;
    }
    if (isOver) return;
    // Also after a flush that succeeded: more may have come meanwhile.
    if (isPending()) cancelRetry = after(RETRY_MS, () => void work());
    else ended.resolve();
  };
  const cancel = after(timeoutMs, ended.resolve);
  void work();
  await ended.promise;
  isOver = true;
  cancel();
  cancelRetry();
  return { complete: !isPending(), error };
}

/** Resolves when it is on its way to standard error. */
function warn(process: ExitProcess, timeoutMs: number, error: unknown): Promise<void> {
  process.emitWarning(
    `mastra-perf: what was queued (messages, usage) could not be stored within ${timeoutMs} ms of the end of the process: ${String(error ?? 'the store did not answer')}`,
    { code: 'MASTRA_PERF_EXIT_FLUSH', type: 'MastraPerfWarning' },
  );
  return new Promise((resolve) => setImmediate(resolve)); // Node prints a warning at the next tick
}

const heldTimer = (ms: number, then: () => void): (() => void) => {
  const timer = setTimeout(then, ms);
  return () => clearTimeout(timer);
};
