import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { LibSQLStore } from '@mastra/libsql';
import { Memory } from '@mastra/memory';
import type { Perf } from 'mastra-perf';
import { z } from 'zod';
import { travelModels, type TravelModels } from './travel-models.ts';

/** A travel agency: a network plans, a workflow books once somebody has said yes, a durable agent pays. */
export interface TravelApp {
  readonly mastra: Mastra;
  readonly models: TravelModels;
  /** Snapshots of runs that are stored: what they are of, and how far they are. */
  readonly snapshots: () => Promise<readonly string[]>;
  /** The texts of a thread, in order. */
  readonly history: (thread: string) => Promise<readonly string[]>;
}

/** @param file Where the database is. */
export function travelApp(file: string, perf?: Perf): TravelApp {
  const models = travelModels();
  const storage = new LibSQLStore({ id: 'travel', url: `file:${file}` });
  const agent = (id: string, config: object): Agent =>
    new Agent({
      id,
      name: id,
      description: `The ${id}.`,
      instructions: `You are the ${id}.`,
      ...config,
    } as never);

  const guide = agent('guide', { model: models.guide });
  const writer = agent('writer', { model: models.writer });
  const confirm = createStep({
    id: 'confirm',
    inputSchema: z.object({ text: z.string() }),
    outputSchema: z.object({ sent: z.string() }),
    suspendSchema: z.object({ letter: z.string() }),
    resumeSchema: z.object({ ok: z.boolean() }),
    execute: async ({ inputData, resumeData, suspend }) => {
      if (!resumeData) return suspend({ letter: inputData.text });
      return { sent: resumeData.ok ? inputData.text : 'nothing' };
    },
  });
  const booking = createWorkflow({
    id: 'booking',
    description: 'Books a hotel in a city.',
    inputSchema: z.object({ city: z.string() }),
    outputSchema: z.object({ sent: z.string() }),
  })
    .map(async ({ inputData }) => ({ prompt: `Write to a hotel in ${inputData.city}.` }))
    .then(createStep(writer))
    .then(confirm)
    .commit();
  const pay = createTool({
    id: 'pay',
    description: 'Pays.',
    inputSchema: z.object({ euros: z.number() }),
    requireApproval: true,
    execute: async ({ euros }) => ({ paid: euros }),
  });
  const planner = agent('planner', {
    model: models.planner,
    agents: { guide },
    workflows: { booking },
    memory: new Memory(),
  });
  const clerk = agent('clerk', {
    model: models.clerk,
    tools: { pay },
    memory: new Memory({ options: { lastMessages: 10 } }),
    durable: { cleanupTimeoutMs: 0 },
  });

  const mastra = new Mastra({
    agents: { planner, guide, writer, clerk },
    workflows: { booking },
    storage,
    logger: false,
    ...(perf && { processors: { perf } }),
  });
  return {
    mastra,
    models,
    async snapshots() {
      const runs = (await storage.stores.workflows?.listWorkflowRuns({}))?.runs ?? [];
      return runs
        .map(({ workflowName, snapshot }) => {
          const { status } = (typeof snapshot === 'string' ? JSON.parse(snapshot) : snapshot) as {
            readonly status: string;
          };
          return `${workflowName}: ${status}`;
        })
        .toSorted();
    },
    async history(threadId) {
      await perf?.flush();
      const stored = await storage.stores.memory?.listMessages({ threadId, perPage: false });
      return (stored?.messages ?? []).map(
        ({ role, content }) =>
          `${role}: ${content.parts.map((part) => (part.type === 'text' ? part.text : part.type)).join()}`,
      );
    },
  };
}
