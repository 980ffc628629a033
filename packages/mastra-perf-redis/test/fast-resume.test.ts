import { beforeEach, describe, expect, test } from 'vitest';
import { fastRedis } from '../src/mastra.ts';
import { agentOn } from './fast-agent.ts';
import { runsOf } from './fast-messages.ts';
import { fastServer } from './fast-server.ts';

const server = await fastServer();
const memory = { thread: 't', resource: 'r' };

describe.skipIf(server.skip)('runs of agents', () => {
  beforeEach(() => server.admin().flushall());

  const snapshots = () => server.admin().keys('mastra_workflow_snapshot:*');
  const suspended = async (agent: ReturnType<typeof agentOn>, options: object) => {
    const run = await agent.stream('use the tool', options);
    let toolCallId = '';
    for await (const chunk of run.fullStream)
      if (chunk.type === 'tool-call-approval') toolCallId = chunk.payload.toolCallId;
    expect(toolCallId).not.toBe('');
    return { runId: run.runId, toolCallId };
  };

  test.each([
    ['with a memory', { memory }],
    ['without a memory', {}],
  ])(
    'a run %s that one process suspended is resumed by another one, and no snapshot stays',
    async (_, options) => {
      const ids = await suspended(agentOn(fastRedis(await server.open())), options);
      expect(await snapshots()).toHaveLength(2);
      const resumed = await agentOn(fastRedis(await server.open())).approveToolCall({ ...ids, ...options });
      expect(await resumed.text).toBe('acted');
      expect(await snapshots()).toEqual([]);
    },
  );

  test('on a bare store a run with a memory is lost, and every call leaves two snapshots', async () => {
    const agent = agentOn(await server.open());
    await agent.generate('hello', { memory });
    expect(await snapshots()).toHaveLength(2); // when this fails, Mastra has mended its keys: see fastRuns
    const ids = await suspended(agent, { memory });
    await expect(agent.approveToolCall({ ...ids, memory })).rejects.toThrow('could not find a suspended run');
  });

  test('suspended runs are listed by resource, each once', async () => {
    const store = fastRedis(await server.open());
    const agent = agentOn(store);
    const { runId } = await suspended(agent, { memory });
    await suspended(agent, { memory: { thread: 'u', resource: 'other' } });
    await suspended(agent, {});
    const listed = await agentOn(fastRedis(await server.open())).listSuspendedRuns({ resourceId: 'r' });
    expect(listed.runs.map((run) => [run.runId, run.resourceId])).toEqual([[runId, 'r']]);
    const all = await runsOf(store).listWorkflowRuns({ resourceId: 'r' });
    expect(all.runs.map((run) => run.workflowName).toSorted()).toEqual(['agentic-loop', 'executionWorkflow']);
    expect(all.total).toBe(2);
  });

  test('a process without fastRedis resumes what one with it has suspended', async () => {
    const ids = await suspended(agentOn(fastRedis(await server.open())), { memory });
    const resumed = await agentOn(await server.open()).approveToolCall({ ...ids, memory });
    expect(await resumed.text).toBe('acted');
  });

  test('an update of a run keeps whose it is and when it began', async () => {
    const runs = runsOf(fastRedis(await server.open()));
    const run = { workflowName: 'agentic-loop', runId: 'x' };
    const snapshot = { runId: 'x', status: 'running', context: {} } as never;
    await runs.persistWorkflowSnapshot({ ...run, resourceId: 'r', snapshot });
    const before = await runs.getWorkflowRunById(run);
    await runs.updateWorkflowState({ ...run, opts: { status: 'suspended' } });
    await runs.updateWorkflowResults({
      ...run,
      stepId: 's',
      result: { status: 'success' } as never,
      requestContext: {},
    });
    await runs.persistWorkflowSnapshot({
      ...run,
      snapshot: { ...(await runs.loadWorkflowSnapshot(run)) } as never,
    });
    const after = await runs.getWorkflowRunById(run);
    expect(after).toMatchObject({ resourceId: 'r', createdAt: before!.createdAt });
    expect(after!.snapshot).toMatchObject({ status: 'suspended', context: { s: { status: 'success' } } });
    expect(await snapshots()).toHaveLength(1);
    await runs.deleteWorkflowRunById(run);
    expect(await snapshots()).toEqual([]);
  });
});
