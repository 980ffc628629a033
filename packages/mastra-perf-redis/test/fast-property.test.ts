import type { WorkflowsStorage } from '@mastra/core/storage';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fastRedis } from '../src/mastra.ts';
import { memoryOf, runsOf, saveThread, T0 } from './fast-messages.ts';
import { answerTo, memoryOperations, questions, type Operation, type Storage } from './fast-operations.ts';
import { allRuns, runOperations } from './fast-run-operations.ts';
import { fastServer } from './fast-server.ts';

const server = await fastServer();

/** What fails is made smaller for so long, and then told. */
const shrinking = { interruptAfterTimeLimit: 150_000, markInterruptAsFailure: true };

/** What Mastra's RedisStore would do if the keys of agent runs were without the resource: the row says whose it is all the same. */
function withoutResourceInKeys(bare: WorkflowsStorage): WorkflowsStorage {
  const isAgents = (name: string | undefined) => name === 'agentic-loop' || name === 'executionWorkflow';
  const owners = new Map<string, string>();
  const key = (row: { workflowName?: string | undefined; runId: string }) =>
    `${row.workflowName} ${row.runId}`;
  const owned = <R extends { workflowName?: string; runId: string }>(row: R): R => {
    const owner = isAgents(row.workflowName) ? owners.get(key(row)) : undefined;
    return owner ? { ...row, resourceId: owner } : row;
  };
  return {
    loadWorkflowSnapshot: (args) => bare.loadWorkflowSnapshot(args),
    updateWorkflowState: (args) => bare.updateWorkflowState(args),
    updateWorkflowResults: (args) => bare.updateWorkflowResults(args),
    async persistWorkflowSnapshot({ resourceId, ...args }) {
      if (!isAgents(args.workflowName))
        return bare.persistWorkflowSnapshot({ ...args, ...(resourceId ? { resourceId } : {}) });
      await bare.persistWorkflowSnapshot(args);
      if (resourceId) owners.set(key(args), resourceId);
    },
    async deleteWorkflowRunById(args) {
      await bare.deleteWorkflowRunById(args);
      owners.delete(key(args));
    },
    async getWorkflowRunById(args) {
      const found = await bare.getWorkflowRunById(args);
      return found && owned(found);
    },
    async listWorkflowRuns({ resourceId, page, perPage, ...args } = {}) {
      const { runs } = await bare.listWorkflowRuns(args);
      const all = runs.map(owned).filter((row) => !resourceId || row.resourceId === resourceId);
      return {
        runs: page === undefined || perPage === undefined ? all : all.slice(0, Number(perPage)),
        total: all.length,
      };
    },
  } as WorkflowsStorage;
}

describe.skipIf(server.skip)('after 500 random operations', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: T0 }));
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  const open = async (): Promise<{ readonly bare: Storage; readonly fast: Storage }> => {
    await server.admin().flushall();
    const bare = await server.open(1);
    const fast = fastRedis(await server.open(2));
    return {
      bare: { memory: memoryOf(bare), runs: withoutResourceInKeys(runsOf(bare)) },
      fast: { memory: memoryOf(fast), runs: runsOf(fast) },
    };
  };
  /** At the same time and with the same random ids on both. */
  const outcome = async ({ run }: Operation, storage: Storage, step: number): Promise<unknown> => {
    vi.setSystemTime(T0 + step * 1000);
    let made = 0;
    vi.spyOn(crypto, 'randomUUID').mockImplementation(() => `${step}-${made++}-0-0-0`);
    return run(storage).catch((error: Error & { id?: string }) => ({ failed: error.id ?? error.message }));
  };

  test('every question about messages has the answer of a bare store', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(memoryOperations, fc.array(questions, { minLength: 8, maxLength: 8 })), {
          minLength: 50,
          maxLength: 50,
        }),
        async (steps) => {
          const { bare, fast } = await open();
          for (const memory of [bare.memory, fast.memory])
            for (const id of ['t', 'u']) await saveThread(memory, id);
          for (const [step, [operation, asked]] of steps.entries()) {
            expect(await outcome(operation, fast, step)).toEqual(await outcome(operation, bare, step));
            for (const question of asked)
              expect({ question, answer: await answerTo(fast.memory, question) }).toEqual({
                question,
                answer: await answerTo(bare.memory, question),
              });
            for (const threadId of ['t', 'u', 'v'])
              expect(await fast.memory.getThreadById({ threadId })).toEqual(
                await bare.memory.getThreadById({ threadId }),
              );
          }
          const messageIds = Array.from({ length: 31 }, (_, at) => `m${at}`);
          expect(await fast.memory.listMessagesById({ messageIds })).toEqual(
            await bare.memory.listMessagesById({ messageIds }),
          );
        },
      ),
      { numRuns: 10, ...shrinking },
    );
  }, 180_000);

  test('every question about runs has the answer of a bare store', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(runOperations, { minLength: 50, maxLength: 50 }), async (operations) => {
        const { bare, fast } = await open();
        for (const [step, operation] of operations.entries()) {
          expect(await outcome(operation, fast, step)).toEqual(await outcome(operation, bare, step));
          expect({ operation: operation.name, answers: await allRuns(fast.runs) }).toEqual({
            operation: operation.name,
            answers: await allRuns(bare.runs),
          });
        }
      }),
      { numRuns: 10, ...shrinking },
    );
  }, 180_000);
});
