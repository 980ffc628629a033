import type { WorkflowsStorage } from '@mastra/core/storage';
import * as fc from 'fast-check';
import { op, type Operation } from './fast-operations.ts';

const workflows = fc.constantFrom('mine', 'agentic-loop', 'executionWorkflow');
const runIds = fc.constantFrom('x', 'xy', 'z');
const owners: Readonly<Record<string, string | undefined>> = { x: undefined, xy: 'r', z: 's' };
const run = fc.record({ workflowName: workflows, runId: runIds });
const statuses = fc.constantFrom('pending', 'running', 'suspended', 'success');
/** What a bare store does with a run of a resource that is updated is up to the order of its keys. */
const updatable = run.filter(
  ({ workflowName, runId }) => workflowName !== 'mine' || owners[runId] === undefined,
);

export const runOperations: fc.Arbitrary<Operation> = fc.oneof(
  op('persist', fc.tuple(run, statuses), ({ runs }, [id, status]) =>
    runs.persistWorkflowSnapshot({
      ...id,
      ...((owners[id.runId] ? { resourceId: owners[id.runId] } : {}) as { resourceId?: string }),
      snapshot: { runId: id.runId, status, context: {} } as never,
    }),
  ),
  op('updateState', fc.tuple(updatable, statuses), ({ runs }, [id, status]) =>
    runs.updateWorkflowState({ ...id, opts: { status: status as never } }),
  ),
  op('updateResults', updatable, ({ runs }, id) =>
    runs.updateWorkflowResults({
      ...id,
      stepId: 's',
      result: { status: 'success' } as never,
      requestContext: {},
    }),
  ),
  op('delete', run, ({ runs }, id) => runs.deleteWorkflowRunById(id)),
);

/** Everything that can be asked of the runs. */
export async function allRuns(runs: WorkflowsStorage): Promise<unknown> {
  const answers: unknown[] = [];
  for (const workflowName of ['mine', 'agentic-loop', 'executionWorkflow', undefined]) {
    for (const runId of ['x', 'xy', 'z', 'none']) {
      if (workflowName) answers.push(await runs.loadWorkflowSnapshot({ workflowName, runId }));
      answers.push(await runs.getWorkflowRunById({ runId, ...(workflowName ? { workflowName } : {}) }));
    }
    for (const resourceId of ['r', 's', undefined])
      for (const status of ['suspended' as const, undefined]) {
        const asked = {
          ...(workflowName ? { workflowName } : {}),
          ...(resourceId ? { resourceId } : {}),
          ...(status ? { status } : {}),
        };
        const { runs: listed, total } = await runs.listWorkflowRuns(asked);
        const { total: paged } = await runs.listWorkflowRuns({ ...asked, page: 0, perPage: 1 });
        const name = (row: { workflowName: string; runId: string }) => `${row.workflowName} ${row.runId}`;
        answers.push(
          listed.toSorted((a, b) => name(a).localeCompare(name(b))),
          total,
          paged,
        );
      }
  }
  return answers;
}
