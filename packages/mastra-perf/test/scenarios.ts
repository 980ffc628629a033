import { MastraModelGateway } from '@mastra/core/llm';
import { ModerationProcessor } from '@mastra/core/processors';
import { createScorer } from '@mastra/core/evals';
import { createTool } from '@mastra/core/tools';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { Memory } from '@mastra/memory';
import { mockLegacyModel } from '@mastra-perf/testkit';
import { z } from 'zod';
import { settled, type World } from './world.ts';

interface Prompted {
  readonly prompt: readonly { readonly role: string }[];
  readonly tools?: readonly { readonly name: string }[];
}

const schema = z.object({ x: z.string() });
const json = (x: string) => () => ({ text: JSON.stringify({ x }) });
const weather = createTool({
  id: 'weather',
  description: 'The weather',
  inputSchema: z.object({ city: z.string() }),
  execute: async () => ({ sky: 'blue' }),
});
const isAfterTool = ({ prompt }: Prompted): boolean => prompt.at(-1)?.role === 'tool';
const askWeather = (options: Prompted) =>
  isAfterTool(options) ? { text: 'blue' } : { tools: [{ name: 'weather', args: { city: 'Rome' } }] };
const delegate = (options: Prompted) =>
  isAfterTool(options)
    ? { text: 'done' }
    : { tools: [{ name: options.tools?.[0]?.name ?? '', args: { prompt: 'do it' } }] };
const inThread = { memory: { thread: 't', resource: 'r' } };
const refusal = Object.assign(new Error('refused'), { isRetryable: false });

/** A way in which an application reaches a model, and how many model calls it takes. */
export interface Scenario {
  readonly name: string;
  readonly calls: number;
  readonly run: (world: World) => Promise<unknown>;
}

export const scenarios: readonly Scenario[] = [
  { name: 'generate', calls: 1, run: (w) => only(w).generate('hi') },
  { name: 'stream', calls: 1, run: async (w) => (await only(w).stream('hi')).text },
  {
    name: 'an agent from getAgent, getAgentById and listAgents',
    calls: 3,
    run: async (w) => {
      const mastra = w.mastra({ agents: { a: w.agent('a', { model: w.model() }) } });
      await mastra.getAgent('a').generate('hi');
      await mastra.getAgentById('a').generate('hi');
      await mastra.listAgents().a?.generate('hi');
    },
  },
  {
    name: 'a loop over a tool',
    calls: 2,
    run: (w) => only(w, { model: w.model({ respond: askWeather }), tools: { weather } }).generate('hi'),
  },
  {
    name: 'a loop over a tool, streamed',
    calls: 2,
    run: async (w) =>
      (await only(w, { model: w.model({ respond: askWeather }), tools: { weather } }).stream('hi')).steps,
  },
  {
    name: 'structured output',
    calls: 1,
    run: (w) =>
      only(w, { model: w.model({ respond: json('1') }) }).generate('hi', { structuredOutput: { schema } }),
  },
  {
    name: 'structured output, streamed',
    calls: 1,
    run: async (w) =>
      (
        await only(w, { model: w.model({ respond: json('1') }) }).stream('hi', {
          structuredOutput: { schema },
        })
      ).object,
  },
  {
    name: 'structured output by a model of its own',
    calls: 2,
    run: (w) =>
      only(w).generate('hi', {
        structuredOutput: { schema, model: w.model({ respond: json('2') }) },
      } as never),
  },
  {
    name: 'a model given per call',
    calls: 1,
    run: (w) => only(w).generate('hi', { model: w.model() } as never),
  },
  {
    name: 'a model that prepareStep returns',
    calls: 1,
    run: (w) => only(w).generate('hi', { prepareStep: () => ({ model: w.model() }) } as never),
  },
  {
    name: 'a model that a processor returns for the step',
    calls: 1,
    run: (w) =>
      only(w, {
        inputProcessors: [{ id: 'switch', processInputStep: () => ({ model: w.model() }) as never }],
      }).generate('hi'),
  },
  {
    name: 'a model that a processor of the call returns, streamed',
    calls: 1,
    run: async (w) => {
      const inputProcessors = [{ id: 'switch', processInputStep: () => ({ model: w.model() }) as never }];
      return (await only(w).stream('hi', { inputProcessors })).text;
    },
  },
  {
    name: 'a model that is a function',
    calls: 1,
    run: (w) => {
      const model = w.model();
      return only(w, { model: () => model }).generate('hi');
    },
  },
  {
    name: 'a list of fallbacks whose first model fails',
    calls: 2,
    run: (w) =>
      only(w, {
        model: [
          { model: w.model({ respond: () => ({ error: refusal }) }), maxRetries: 0 },
          { model: w.model(), maxRetries: 0 },
        ],
      }).generate('hi'),
  },
  {
    name: 'a model id through a gateway',
    calls: 1,
    run: (w) => only(w, { model: 'gate/house/m' }, { gateways: { gate: gateway(w) } }).generate('hi'),
  },
  { name: 'a fork of an agent', calls: 1, run: (w) => fork(only(w)).generate('hi') },
  {
    name: 'a fork with a stored model',
    calls: 1,
    run: (w) => {
      const copy = fork(only(w));
      copy.__updateModel({ model: w.model() as never });
      return copy.generate('hi');
    },
  },
  {
    name: 'a model exchanged later, and the original again',
    calls: 2,
    run: async (w) => {
      const agent = only(w);
      agent.__updateModel({ model: w.model() as never });
      await agent.generate('hi');
      agent.__resetToOriginalModel();
      await agent.generate('hi');
    },
  },
  {
    name: 'a sub-agent that is not registered',
    calls: 3,
    run: (w) =>
      only(w, {
        model: w.model({ respond: delegate }),
        agents: { sub: w.agent('sub', { model: w.model() }) },
      }).generate('hi'),
  },
  { name: 'a workflow step made of an agent', calls: 1, run: inWorkflow },
  { name: 'a network of agents', calls: 3, run: inNetwork },
  { name: 'a title by the agent', calls: 2, run: (w) => titled(w, true) },
  { name: 'a title by a model of its own', calls: 2, run: (w) => titled(w, { model: w.model() }) },
  {
    name: 'a moderation processor',
    calls: 2,
    run: (w) => {
      const model = w.model({ respond: () => ({ text: '{"category_scores":[],"reason":""}' }) });
      return only(w, { inputProcessors: [new ModerationProcessor({ model: model as never })] }).generate(
        'hi',
      );
    },
  },
  {
    name: 'a moderation processor of the call',
    calls: 2,
    run: (w) => {
      const model = w.model({ respond: () => ({ text: '{"category_scores":[],"reason":""}' }) });
      return only(w).generate('hi', {
        inputProcessors: [new ModerationProcessor({ model: model as never })],
      });
    },
  },
  {
    name: 'a moderation processor on the output',
    calls: 3,
    run: (w) => {
      const model = w.model({ respond: () => ({ text: '{"category_scores":[],"reason":""}' }) });
      return only(w, { outputProcessors: [new ModerationProcessor({ model: model as never })] }).generate(
        'hi',
      );
    },
  },
  { name: 'observational memory', calls: 4, run: observed },
  { name: 'a scorer with a judge', calls: 2, run: scored },
  { name: 'a durable agent', calls: 1, run: durable },
  { name: 'a tool that runs in the background', calls: 3, run: inBackground },
  { name: 'an agent added later', calls: 1, run: addedLater },
  {
    name: 'legacy generate (specification v1)',
    calls: 1,
    run: (w) => only(w, { model: w.watch(mockLegacyModel()) }).generateLegacy('hi'),
  },
  {
    name: 'legacy stream (specification v1)',
    calls: 1,
    run: async (w) => {
      const { textStream } = await only(w, { model: w.watch(mockLegacyModel()) }).streamLegacy('hi');
      for await (const _ of textStream);
    },
  },
  {
    name: 'processors replaced per call',
    calls: 1,
    run: (w) => only(w).generate('hi', { inputProcessors: [] }),
  },
];

function only(w: World, config: object = {}, extra: object = {}) {
  const agent = w.agent('a', { model: w.model(), ...config });
  w.mastra({ agents: { a: agent }, ...extra });
  return agent;
}

interface Internal {
  __fork(): Internal;
  __updateModel(update: { readonly model: never }): void;
  __resetToOriginalModel(): void;
  generate(question: string): Promise<unknown>;
}

const fork = (agent: object): Internal => (agent as Internal).__fork();

function gateway(w: World): MastraModelGateway {
  const model = w.model();
  return new (class extends MastraModelGateway {
    readonly id = 'gate';
    readonly name = 'gate';
    async fetchProviders() {
      return { house: { models: ['m'], apiKeyEnvVar: 'NONE', name: 'house', gateway: 'gate' } };
    }
    buildUrl() {
      return 'http://localhost';
    }
    async getApiKey() {
      return 'key';
    }
    async resolveLanguageModel() {
      return model as never;
    }
  })();
}

async function inWorkflow(w: World) {
  const agent = w.agent('a', { model: w.model() });
  const workflow = createWorkflow({
    id: 'flow',
    inputSchema: z.object({ prompt: z.string() }),
    outputSchema: z.object({ text: z.string() }),
  })
    .then(createStep(agent))
    .commit();
  const mastra = w.mastra({ agents: { a: agent }, workflows: { flow: workflow } });
  const run = await mastra.getWorkflow('flow').createRun();
  return run.start({ inputData: { prompt: 'hi' } });
}

async function inNetwork(w: World) {
  let asked = 0;
  const route = { primitiveId: 'sub', primitiveType: 'agent', prompt: 'go', selectionReason: 'r' };
  const finish = { isComplete: true, completionReason: 'c', finalResult: 'f' };
  const router = w.model({ respond: () => ({ text: JSON.stringify(++asked === 1 ? route : finish) }) });
  const sub = w.agent('sub', { model: w.model() });
  const agent = w.agent('a', { model: router, agents: { sub }, memory: new Memory() });
  w.mastra({ agents: { a: agent, sub } });
  for await (const _ of await agent.network('hi', { ...inThread, maxSteps: 2 }));
}

async function titled(w: World, generateTitle: boolean | { readonly model: object }) {
  const agent = only(w, { memory: new Memory({ options: { generateTitle: generateTitle as never } }) });
  await agent.generate('hi', inThread);
  await settled(() => w.modelCalls() === 2, 'the title');
}

async function observed(w: World) {
  const model = w.model({ respond: () => ({ text: '<observations>\n* x\n</observations>' }) });
  const observation = { messageTokens: 200, bufferTokens: false };
  const observationalMemory = {
    model: model as never,
    observation,
    reflection: { observationTokens: 40_000 },
  } as never;
  const agent = only(w, { memory: new Memory({ options: { observationalMemory } }) });
  for (let i = 0; i < 3; i++) await agent.generate(`${'hello '.repeat(100)}${i}`, inThread);
  await settled(() => w.modelCalls() >= 4, 'the observation');
}

async function scored(w: World) {
  const judge = w.model({ respond: () => ({ text: '{"score":1}' }) });
  const scorer = createScorer({
    id: 's',
    description: 's',
    judge: { model: judge as never, instructions: 'Judge.' },
  }).generateScore({
    description: 'score',
    createPrompt: () => 'How good?',
  });
  const agent = only(w, { scorers: { s: { scorer, sampling: { type: 'ratio', rate: 1 } } } });
  await agent.generate('hi');
  await settled(() => w.modelCalls() === 2, 'the score');
}

async function durable(w: World) {
  const mastra = w.mastra({ agents: { a: w.agent('a', { model: w.model(), durable: true }) } });
  const result = (await mastra.getAgent('a').stream('hi')) as {
    readonly output?: { readonly text: Promise<string> };
    readonly text?: Promise<string>;
  };
  return (result.output ?? result).text;
}

/** The model calls the tool, goes on while it runs, and is asked again when its result is there. */
async function inBackground(w: World) {
  const slow = createTool({
    id: 'weather',
    description: 'The weather, slowly',
    inputSchema: z.object({ city: z.string() }),
    background: { enabled: true },
    execute: async () => ({ sky: 'blue' }),
  });
  const agent = w.agent('a', {
    model: w.model({
      respond: (_, call) =>
        call === 1 ? { tools: [{ name: 'weather', args: { city: 'Rome' } }] } : { text: 'blue' },
    }),
    tools: { weather: slow },
    memory: new Memory(),
  });
  w.mastra({ agents: { a: agent }, backgroundTasks: { enabled: true } });
  const { fullStream } = await agent.stream('hi', { ...inThread, untilIdle: { maxIdleMs: 5000 } });
  for await (const _ of fullStream);
}

async function addedLater(w: World) {
  const mastra = w.mastra({ agents: {} });
  mastra.addAgent(w.agent('late', { model: w.model() }));
  return mastra.getAgentById('late').generate('hi');
}
