import type { MastraLike } from './host.ts';

/** Whether an app has a workflow of its own by this id. */
export function hasWorkflow(mastra: MastraLike, id: string): boolean {
  return Object.values(mastra.listWorkflows?.() ?? {}).some(
    (workflow) => typeof workflow === 'object' && workflow !== null && 'id' in workflow && workflow.id === id,
  );
}
