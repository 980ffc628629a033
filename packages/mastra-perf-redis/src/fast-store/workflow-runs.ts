import type { WorkflowRun, WorkflowsStorage } from '@mastra/core/storage';
import { viewOf } from './domain-view.ts';
import type { WorkflowsDomain } from './domains.ts';
import { resourceSuffix, snapshotKey } from './row-keys.ts';

/** The two workflows in which Mastra runs an agent. Their runs get ids of their own, and their rows live for one call or one suspension. */
const AGENT_WORKFLOWS = ['agentic-loop', 'executionWorkflow'];

/** The namespace of everything that does not name one; Mastra's types have none. */
const NAMESPACE = 'workflows';

interface RunRow {
  readonly run_id?: unknown;
  readonly workflow_name?: unknown;
  readonly resourceId?: string;
  readonly createdAt?: string;
}

interface ScannedDb {
  scanKeys(pattern: string, ...rest: unknown[]): Promise<string[]>;
}

export type RunMethods = Pick<
  WorkflowsStorage,
  | 'getWorkflowRunById'
  | 'listWorkflowRuns'
  | 'persistWorkflowSnapshot'
  | 'updateWorkflowResults'
  | 'updateWorkflowState'
>;

/**
 * Runs that are found by their key and not by a scan of all keys.
 *
 * RedisStore puts the resource id into the key of a run, but loads and deletes without it: with a memory, what an agent call writes
 * stays for ever, and a suspended one is never found again. So the rows of agent runs are written here without it (it is in the row
 * too). Rows of other workflows stay where Mastra puts them.
 */
export function fastRuns(domain: WorkflowsDomain): RunMethods {
  const { client } = domain;

  const persistWorkflowSnapshot: RunMethods['persistWorkflowSnapshot'] = async (params) => {
    const key = agentRunKey(params);
    if (key === undefined) return domain.persistWorkflowSnapshot(params);
    const { resourceId, createdAt } = params;
    const before = resourceId && createdAt ? undefined : readRow(await client.get(key));
    const owner = resourceId ?? before?.resourceId;
    const view = viewOf(domain, { set: async (_key, row) => client.set(key, row) });
    return view.persistWorkflowSnapshot({
      ...params,
      ...(owner === undefined ? {} : { resourceId: owner }),
      createdAt: createdAt ?? (before?.createdAt ? new Date(before.createdAt) : new Date()),
    });
  };
  const persisting = viewOf(domain, {}, { domain: { persistWorkflowSnapshot } });

  return {
    persistWorkflowSnapshot,
    updateWorkflowResults: async (args) =>
      (agentRunKey(args) === undefined ? domain : persisting).updateWorkflowResults(args),
    updateWorkflowState: async (args) =>
      (agentRunKey(args) === undefined ? domain : persisting).updateWorkflowState(args),

    getWorkflowRunById: async (args) => {
      // Mastra's own attempt tells a fault of the server or of the row, in its words.
      const run = await findRun(domain, args).catch(() => undefined);
      return run === undefined ? domain.getWorkflowRunById(args) : run;
    },

    async listWorkflowRuns(args) {
      const { resourceId, ...rest } = args ?? {};
      if (!resourceId || (rest.workflowName && !isAgentWorkflow(rest.workflowName)))
        return domain.listWorkflowRuns(args);
      const { db } = domain as unknown as { readonly db: ScannedDb };
      // All keys that can be of the resource: by their end, or those of agent runs, whose rows tell.
      const scanKeys: ScannedDb['scanKeys'] = async (...scanned) =>
        (await db.scanKeys(...scanned)).filter(
          (key) => key.endsWith(resourceSuffix(resourceId)) || isBare(key),
        );
      const mGet = async (keys: readonly string[]): Promise<(string | null)[]> =>
        (await client.mGet(keys)).map((text) => (readRow(text)?.resourceId === resourceId ? text : null));
      return viewOf(domain, { mGet }, { db: { scanKeys } }).listWorkflowRuns(rest);
    },
  };
}

/** Null is no such run; undefined, that only a scan tells. */
async function findRun(
  domain: WorkflowsDomain,
  args: Parameters<RunMethods['getWorkflowRunById']>[0],
): Promise<WorkflowRun | null | undefined> {
  const { runId, workflowName } = args;
  if (!workflowName) return undefined;
  const key = snapshotKey(NAMESPACE, workflowName, runId);
  const text = await domain.client.get(key);
  const row = readRow(text);
  if (row?.run_id === runId && row.workflow_name === workflowName)
    return viewOf(
      domain,
      { mGet: async () => [text] },
      { db: { scanKeys: async () => [key] } },
    ).getWorkflowRunById(args);
  // Of other workflows, a run with a resource id has a key that nothing but a scan finds.
  return isAgentWorkflow(workflowName) ? null : undefined;
}

const isAgentWorkflow = (name: string): boolean => AGENT_WORKFLOWS.includes(name);

function agentRunKey(params: {
  workflowName: string;
  runId: string;
  namespace?: unknown;
}): string | undefined {
  const isOurs = isAgentWorkflow(params.workflowName) && (params.namespace ?? NAMESPACE) === NAMESPACE;
  return isOurs ? snapshotKey(NAMESPACE, params.workflowName, params.runId) : undefined;
}

/** Of an agent run, without a resource id. */
const isBare = (key: string): boolean =>
  AGENT_WORKFLOWS.some((name) => key.startsWith(snapshotKey(NAMESPACE, name, ''))) &&
  !key.includes(resourceSuffix(''));

const readRow = (text: string | null): RunRow | null => (text ? (JSON.parse(text) as RunRow) : null);
