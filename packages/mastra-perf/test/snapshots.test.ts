import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { LibSQLStore } from '@mastra/libsql';
import { gate, mockModel, type Gate } from '@mastra-perf/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createPerf, type Perf } from '../src/index.ts';
import { noteCalls, type StorageCall } from './storage-calls.ts';

/* The snapshots that Mastra stores of the loop of each agent call, on a real database. */

let folder: string;
const open: Perf[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mastra-perf-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((perf) => perf.close()));
  await rm(folder, { recursive: true });
});

interface ProcessOptions {
  readonly plugin?: boolean;
  readonly config?: object;
  readonly agent?: object;
  readonly before?: (call: StorageCall) => Promise<void> | undefined;
}

/** One Mastra with connections of its own, as another process has them. */
function start({ plugin = true, config, agent: agentConfig, before }: ProcessOptions = {}) {
  const storage = new LibSQLStore({ id: 'db', url: `file:${join(folder, 'test.db')}` });
  const noted = noteCalls(storage, before);
  const model = mockModel({
    respond: ({ prompt }) => {
      if (prompt.at(-1)?.role === 'tool') return { text: 'done' };
      return JSON.stringify(prompt).includes('use the tool')
        ? { tools: [{ name: 'book', args: {} }] }
        : { text: 'plain' };
    },
  });
  const book = createTool({
    id: 'book',
    description: 'Books.',
    inputSchema: z.object({}),
    requireApproval: true,
    execute: async () => ({ booked: true }),
  });
  const agent = new Agent({
    id: 'a',
    name: 'a',
    instructions: 'i',
    model,
    tools: { book },
    ...agentConfig,
  } as never) as Agent;
  const perf = plugin ? createPerf({ cache: false }) : undefined;
  if (perf) open.push(perf);
  const mastra = new Mastra({
    agents: { a: agent },
    logger: false,
    storage,
    ...(perf && { processors: { perf } }),
    ...config,
  });
  const rows = async () => (await storage.stores?.workflows?.listWorkflowRuns({}))?.total;
  return { agent, mastra, storage, perf, noted, rows };
}

type Process = ReturnType<typeof start>;

async function suspend({ agent }: Process) {
  const run = await agent.stream('use the tool');
  let toolCallId: string | undefined;
  for await (const chunk of run.fullStream)
    if (chunk.type === 'tool-call-approval') toolCallId = chunk.payload.toolCallId;
  return { runId: run.runId, toolCallId: toolCallId ?? 'none' };
}

const workflowCalls = ({ noted }: Process) =>
  noted.calls
    .splice(0)
    .filter(({ domain }) => domain === 'workflows')
    .map(({ method }) => method);

describe('a call that is not suspended', () => {
  it('leaves the storage alone, where Mastra asks it six times', async () => {
    const counts: number[] = [];
    for (const plugin of [false, true]) {
      const process = start({ plugin });
      await process.agent.generate('hello');
      process.noted.take();
      await process.agent.generate('hello again');
      counts.push(workflowCalls(process).length);
      for await (const _ of (await process.agent.stream('and again')).textStream);
      counts.push(workflowCalls(process).length);
    }
    expect(counts).toEqual([6, 6, 0, 0]);
  });

  it('leaves it alone with tools, and when it is aborted or its model fails', async () => {
    const run = start({ agent: { tools: {}, maxRetries: 0 } });
    const tool = createTool({ id: 't', description: 't', inputSchema: z.object({}), execute: async () => 1 });
    let asked = 0;
    const model = mockModel({
      respond: () => (++asked === 1 ? { tools: [{ name: 't', args: {} }] } : { text: 'end' }),
    });
    await run.agent.generate('hello', { model: model as never, toolsets: { own: { t: tool } } });
    const aborted = AbortSignal.abort();
    await run.agent.generate('hello', { abortSignal: aborted }).catch(() => undefined);
    const failing = mockModel({ respond: () => ({ error: new Error('no'), failAfter: 0 }) });
    await run.agent.generate('hello', { model: failing as never }).catch(() => undefined);
    expect([asked, workflowCalls(run), await run.rows()]).toEqual([2, [], 0]);
  });

  it('is looked up when the caller chose its run id, since somebody may have used it', async () => {
    const run = start();
    await run.agent.generate('hello', { runId: 'chosen' });
    expect(new Set(workflowCalls(run))).toEqual(new Set(['getWorkflowRunById']));
    expect(await run.rows()).toBe(0);
  });

  it('has the run id that the app’s own generator makes, and is looked up, since it may make it again', async () => {
    let made = 0;
    const run = start({ config: { idGenerator: () => `own-${++made}` } });
    const { runId } = await run.agent.generate('hello');
    expect(runId?.startsWith('own-')).toBe(true);
    expect(new Set(workflowCalls(run))).toEqual(new Set(['getWorkflowRunById']));
  });
});

describe('a call that waits for approval', () => {
  it('is stored when it is suspended, resumed by another process, and leaves no row', async () => {
    for (const [from, to] of [
      [true, true],
      [true, false],
      [false, true],
    ]) {
      const first = start({ plugin: from ?? true });
      const ids = await suspend(first);
      expect(await first.rows()).toBe(2);
      const second = start({ plugin: to ?? true });
      expect(await (await second.agent.approveToolCall(ids)).text).toBe('done');
      expect(await second.rows()).toBe(0);
    }
  });

  it('is resumed by the same process, by generate as well, and after a refusal', async () => {
    const run = start();
    expect(await (await run.agent.approveToolCall(await suspend(run))).text).toBe('done');
    expect((await run.agent.approveToolCallGenerate(await suspend(run))).text).toBe('done');
    expect(await (await run.agent.declineToolCall(await suspend(run))).text).toBe('done');
    expect(await run.rows()).toBe(0);
  });

  it('is resumed by another process whose runs get the id of the suspended one', async () => {
    const config = {
      idGenerator: ({ idType }: { idType?: string } = {}) => (idType === 'run' ? 'same' : randomUUID()),
    };
    const ids = await suspend(start({ config }));
    const second = start({ config });
    expect(await (await second.agent.approveToolCall(ids)).text).toBe('done');
    expect(await second.rows()).toBe(0);
  });

  it('is waited for by a process that resumes it before its snapshot is stored', async () => {
    let held: Gate | undefined = gate();
    const stored = held;
    const first = start({
      before: ({ method }) => (method === 'persistWorkflowSnapshot' ? held?.wait() : undefined),
    });
    const run = await first.agent.stream('use the tool');
    const approval = Promise.withResolvers<string>();
    const read = (async () => {
      for await (const chunk of run.fullStream)
        if (chunk.type === 'tool-call-approval') approval.resolve(chunk.payload.toolCallId);
    })();
    const toolCallId = await approval.promise;
    let looks = 0;
    const second = start({
      before: ({ method }) => {
        if (method === 'loadWorkflowSnapshot' && ++looks === 5) stored.open();
        return undefined;
      },
    });
    const resumed = await second.agent.approveToolCall({ runId: run.runId, toolCallId });
    held = undefined;
    expect(await resumed.text).toBe('done');
    await read;
    expect(looks).toBeGreaterThan(4);
  });

  it('is a mistake soon where there is no such run', async () => {
    const { agent } = start();
    await expect(agent.approveToolCall({ runId: 'none', toolCallId: 'x' })).rejects.toThrow(/none/);
  });
});

describe('what is not an agent’s loop', () => {
  const workflow = (id: string) => {
    const step = createStep({
      id: 'ask',
      inputSchema: z.object({ n: z.number() }),
      outputSchema: z.object({ n: z.number() }),
      resumeSchema: z.object({ ok: z.boolean() }),
      execute: async ({ inputData, resumeData, suspend: pause }) => {
        if (!resumeData) await pause({});
        return inputData;
      },
    });
    return createWorkflow({ id, inputSchema: step.inputSchema, outputSchema: step.outputSchema })
      .then(step)
      .commit();
  };

  it('is stored as it is by Mastra: workflows of the app, also one that is named like the loop', async () => {
    for (const id of ['orders', 'agentic-loop']) {
      const seen: string[][] = [];
      for (const plugin of [false, true]) {
        const process = start({ plugin, config: { workflows: { w: workflow(id) } } });
        const run = await process.mastra.getWorkflow('w').createRun();
        await run.start({ inputData: { n: 1 } });
        await run.resume({ resumeData: { ok: true } });
        seen.push(workflowCalls(process));
      }
      expect(seen[1]).toEqual(seen[0]);
      expect(seen[0]).toContain('persistWorkflowSnapshot');
    }
  });

  it('is stored as it is by Mastra: durable agents', async () => {
    const seen: string[][] = [];
    for (const plugin of [false, true]) {
      const process = start({ plugin, agent: { durable: true } });
      const result = (await process.mastra.getAgent('a').stream('hello')) as unknown as {
        readonly output?: { readonly text: Promise<string> };
        readonly text: Promise<string>;
      };
      expect(await (result.output ?? result).text).toBe('plain');
      seen.push(workflowCalls(process));
    }
    expect(seen[1]).toEqual(seen[0]);
  });
});

it('leaves a storage as it was when the plugin is closed', async () => {
  const { storage, perf, agent, ...run } = start();
  await agent.generate('hello');
  expect(Object.hasOwn(storage, 'getStore')).toBe(true);
  await perf?.close();
  expect(Object.hasOwn(storage, 'getStore')).toBe(false);
  run.noted.take();
  await agent.generate('hello again');
  expect(run.noted.take()).toHaveLength(6);
});

it('serves a storage that Mastra is given later', async () => {
  const run = start();
  const later = new LibSQLStore({ id: 'later', url: `file:${join(folder, 'later.db')}` });
  const noted = noteCalls(later);
  run.mastra.setStorage(later);
  await run.agent.generate('hello');
  expect([noted.take(), workflowCalls(run)]).toEqual([[], []]);
});
