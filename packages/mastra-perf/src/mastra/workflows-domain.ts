import type { WorkflowsStorage } from '@mastra/core/storage';
import type { Clock } from '../base/clock.ts';
import type { HeldSnapshots } from '../history/held-snapshots.ts';
import { decorate } from './domains.ts';

/** The workflows that run an agent's loop. Their runs end within the call, or are stored as suspended. */
const LOOP_WORKFLOWS: ReadonlySet<string> = new Set(['agentic-loop', 'executionWorkflow']);

/** How long the snapshot of a loop that was suspended elsewhere is looked for, and how often. */
const APPEAR_MS = 500;
const LOOK_MS = 25;

export type HeldSnapshot = Parameters<WorkflowsStorage['persistWorkflowSnapshot']>[0] & {
  readonly createdAt: Date;
};

export interface WorkflowsDomainOptions {
  readonly clock: Clock;
  /** Keeps the process alive meanwhile, as a call that is under way does. */
  readonly wait: (ms: number) => Promise<unknown>;
  readonly held: HeldSnapshots<HeldSnapshot>;
  /** Before the snapshot of a run that stops is stored: whoever resumes it reads what the run has said so far. */
  readonly beforeStored: () => Promise<void>;
  /** Whether the app has a workflow of this name itself. */
  readonly isOfTheApp: (workflowName: string) => boolean;
}

/**
 * Mastra stores a snapshot of the loop of every agent call before it asks the model, and deletes it afterwards, only to have it if
 * the run is suspended. Here such a snapshot waits in memory until the run changes its state; most never do.
 */
export function workflowsDomain(inner: WorkflowsStorage, options: WorkflowsDomainOptions): WorkflowsStorage {
  const { clock, wait, held, beforeStored, isOfTheApp } = options;
  const isLoop = (name: string | undefined): name is string =>
    name !== undefined && LOOP_WORKFLOWS.has(name) && !isOfTheApp(name);

  const store = async (name: string, runId: string): Promise<void> => {
    const snapshot = held.goes(name, runId);
    if (!snapshot) return;
    await inner.persistWorkflowSnapshot(snapshot);
    held.stored(name, runId);
  };

  /**
   * Mastra waits for a run to be suspended as long as its snapshot says that it is under way. The process that has the run holds
   * that snapshot until another is stored, so another process that resumes the run at the same moment waits here.
   */
  async function appearing<T>(load: () => Promise<T | null>): Promise<T | null> {
    const until = clock.monotonic() + APPEAR_MS;
    for (;;) {
      const found = await load();
      if (found || clock.monotonic() >= until) return found;
      await wait(LOOK_MS);
    }
  }

  return decorate(inner, {
    async persistWorkflowSnapshot(args) {
      const { workflowName, runId, snapshot } = args;
      if (!isLoop(workflowName)) return inner.persistWorkflowSnapshot(args);
      if (snapshot.status === 'pending') {
        return held.hold(workflowName, runId, {
          ...args,
          createdAt: args.createdAt ?? new Date(clock.now()),
        });
      }
      const begun = held.goes(workflowName, runId);
      await beforeStored();
      const { createdAt = begun?.createdAt, resourceId = begun?.resourceId } = args;
      await inner.persistWorkflowSnapshot({
        ...args,
        ...(createdAt && { createdAt }),
        ...(resourceId !== undefined && { resourceId }),
      });
      held.stored(workflowName, runId);
    },

    async getWorkflowRunById(args) {
      const { runId, workflowName } = args;
      if (!isLoop(workflowName)) return inner.getWorkflowRunById(args);
      const found = held.held(workflowName, runId);
      if (found) {
        const { resourceId, snapshot, createdAt, updatedAt = createdAt } = found;
        const run = { workflowName, runId, snapshot: copy(snapshot), createdAt, updatedAt };
        return resourceId === undefined ? run : { ...run, resourceId };
      }
      return held.isUnknown(runId) ? null : inner.getWorkflowRunById(args);
    },

    async loadWorkflowSnapshot(args) {
      const { runId, workflowName } = args;
      if (!isLoop(workflowName)) return inner.loadWorkflowSnapshot(args);
      const found = held.held(workflowName, runId);
      return found ? copy(found.snapshot) : appearing(() => inner.loadWorkflowSnapshot(args));
    },

    async updateWorkflowState(args) {
      await store(args.workflowName, args.runId);
      return inner.updateWorkflowState(args);
    },

    async updateWorkflowResults(args) {
      await store(args.workflowName, args.runId);
      return inner.updateWorkflowResults(args);
    },

    async deleteWorkflowRunById(args) {
      if (isLoop(args.workflowName) && held.discard(args.workflowName, args.runId)) return;
      await inner.deleteWorkflowRunById(args);
    },

    async dangerouslyClearAll() {
      held.clear();
      await inner.dangerouslyClearAll();
    },
  });
}

/** As a storage gives it back: an object of its own, without what JSON does not hold. */
const copy = <T>(snapshot: T): T => JSON.parse(JSON.stringify(snapshot)) as T;
