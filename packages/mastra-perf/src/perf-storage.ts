import { randomUUID } from 'node:crypto';
import type { MemoryStorage } from '@mastra/core/storage';
import type { Clock } from './base/clock.ts';
import { weakList } from './base/weak-list.ts';
import type { Events } from './events.ts';
import { createHeldSnapshots } from './history/held-snapshots.ts';
import { createHistory } from './history/history.ts';
import type { Behind } from './history/history-deps.ts';
import { isPermanent } from './history/is-permanent.ts';
import { STORAGE_DEFAULTS, type StorageSettings } from './history/options.ts';
import type { MessageRow } from './history/rows.ts';
import { traitsOf } from './history/traits-of.ts';
import { createWriteQueue, type WriteQueue } from './history/write-queue.ts';
import { flushOnExit } from './lifecycle/exit-flush.ts';
import { hasWorkflow } from './mastra/has-workflow.ts';
import type { MastraLike, StorageHost } from './mastra/host.ts';
import { memoryDomain } from './mastra/memory-domain.ts';
import { registry } from './mastra/registry.ts';
import { createStorageHost } from './mastra/storage-host.ts';
import { timedDomain } from './mastra/timed-domain.ts';
import type { Bus } from './stores/bus.ts';

/** A storage that is closing, or a run that is suspended, waits so long for what is to be stored. */
const FLUSH_MS = 3000;

export interface PerfStorageDeps {
  readonly settings: StorageSettings;
  readonly clock: Clock;
  readonly random: () => number;
  readonly bus: Bus | undefined;
  readonly events: Events;
  /** Told how long an operation of the host's storage took, in ms. */
  readonly took: (operation: string, ms: number, isOk: boolean) => void;
  readonly fault: (where: string, error: unknown) => void;
}

/** What the plugin does for the storage of its Mastra. */
export interface PerfStorage {
  hostFor(mastra: MastraLike): StorageHost;
  /** @throws PerfError `MASTRA_PERF_STORE` when something could not be stored; it is kept, and tried again. */
  flush(signal?: AbortSignal): Promise<void>;
  /** Stores what is still to be stored, within this time. Never rejects. */
  close(timeoutMs: number): Promise<void>;
}

export function createPerfStorage(deps: PerfStorageDeps): PerfStorage {
  const { clock, random, bus, events, fault } = deps;
  const { history: mode, historyTtl, writes } = { ...STORAGE_DEFAULTS, ...deps.settings };
  /** One that holds something is kept by what it waits for, as its storage may be by nobody else. */
  const queues = weakList<WriteQueue<MessageRow>>();
  let undoExit: (() => void) | undefined;

  const flush = async (signal?: AbortSignal): Promise<void> => {
    await Promise.all(queues.all().map((queue) => queue.flush(signal)));
  };
  /** What cannot be stored now is kept: a failure stops nobody. */
  const flushSoon = async (): Promise<void> => {
    if (!isPending()) return;
    const ended = new AbortController();
    const cancel = clock.after(FLUSH_MS, () => ended.abort(new Error(`not stored within ${FLUSH_MS} ms`)));
    await flush(ended.signal).catch((error: unknown) => fault('storage.flush', error));
    cancel();
  };
  const isPending = (): boolean => queues.all().some((queue) => queue.state().messages > 0);

  const writeBehind = ({ write, joins, lost }: Behind): WriteQueue<MessageRow> => {
    const queue = createWriteQueue<MessageRow>({
      clock,
      random,
      write,
      joins,
      isPermanent,
      onRetry: (error) => events.emit('saveFailed', { error }),
      onLost(event) {
        lost(event.threadId);
        events.emit('saveLost', event);
        warn('MASTRA_PERF_SAVE_LOST', `${event.ids.length} messages were not stored: ${String(event.error)}`);
      },
    });
    queues.add(queue);
    undoExit ??= flushOnExit({ flush, isPending });
    return queue;
  };

  const memory = (inner: MemoryStorage): MemoryStorage =>
    memoryDomain(timedDomain(inner, clock, deps.took), {
      clock,
      history: (store) =>
        createHistory(store, {
          clock,
          mode,
          ttlMs: historyTtl,
          traits: traitsOf(inner),
          bus,
          senderId: randomUUID(),
          currentRun: () => registry().agentRun.getStore(),
          isPersisting: () => registry().persisting.getStore() === true,
          fault,
          onOff: () =>
            warn(
              'MASTRA_PERF_HISTORY_OFF',
              "storage.history 'validate' is off: this storage does not tell whether a thread has changed (fastPostgres() does)",
            ),
          ...(writes === 'behind' && { writeBehind }),
        }),
    });

  return {
    hostFor: (mastra) =>
      createStorageHost({
        clock,
        held: createHeldSnapshots(),
        memory,
        isOfTheApp: (workflow) => hasWorkflow(mastra, workflow),
        flush: flushSoon,
        onSlow: ({ text, durationMs, failed }) =>
          events.emit('slowStatement', { text, ms: durationMs, ...(failed !== undefined && { failed }) }),
        fault,
      }),
    flush,
    async close(timeoutMs) {
      undoExit?.();
      await Promise.all(queues.all().map((queue) => queue.close({ timeoutMs })));
    },
  };
}

function warn(code: string, message: string): void {
  process.emitWarning(`mastra-perf: ${message}`, { code, type: 'MastraPerfWarning' });
}
