import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';
import { AgentPool, MessageBatcher } from '../../src/index.ts';
import { answerItems, askWeather, delegate, echo, QUESTION } from './said.ts';
import { oneAgent, type Scenario } from './scenario.ts';
import { told, toldByStream } from './told.ts';
import { weather } from './weather.ts';

const schema = z.object({ x: z.string() });
const json = (): { readonly text: string } => ({ text: '{"x":"1"}' });
const looping = { respond: askWeather, tools: { weather: weather() } };

export const plainScenarios = (): readonly Scenario[] => [
  oneAgent('generate', {}, async (agent) => told(await agent.generate(QUESTION))),
  oneAgent('stream', {}, async (agent) => toldByStream(await agent.stream(QUESTION))),
  oneAgent('a loop over a tool', looping, async (agent) => told(await agent.generate(QUESTION))),
  oneAgent('a loop over a tool, streamed', looping, async (agent) =>
    toldByStream(await agent.stream(QUESTION)),
  ),
  oneAgent('structured output', { respond: json }, async (agent) =>
    told(await agent.generate(QUESTION, { structuredOutput: { schema } })),
  ),
  oneAgent('structured output, streamed', { respond: json }, async (agent) =>
    toldByStream(await agent.stream(QUESTION, { structuredOutput: { schema } })),
  ),
  oneAgent('many at once', {}, async (agent) =>
    Promise.all([
      agent.generate(QUESTION).then(told),
      agent.stream(QUESTION).then(async (stream) => stream.text),
      agent.generate(QUESTION).then(({ text }) => text),
    ]).then(([first, ...others]) => [first.text, ...others]),
  ),
  aSubAgent(),
  aWorkflow(),
  aPool(),
  aBatch(),
];

function aSubAgent(): Scenario {
  return {
    name: 'a sub-agent',
    build: ({ agent, model }) => {
      const sub = agent('sub', { model: model(echo) });
      return { agents: { boss: agent('boss', { model: model(delegate), agents: { sub } }) } };
    },
    ask: async (app) => told(await app.agent('boss').generate(QUESTION)),
    repeats: 'always',
  };
}

function aWorkflow(): Scenario {
  return {
    name: 'a step of a workflow',
    build: ({ agent, model }) => {
      const step = agent('step', { model: model(echo) });
      const flow = createWorkflow({
        id: 'flow',
        inputSchema: z.object({ prompt: z.string() }),
        outputSchema: z.object({ text: z.string() }),
      })
        .then(createStep(step))
        .commit();
      return { agents: { step }, workflows: { flow } };
    },
    async ask(app) {
      const run = await app.mastra.getWorkflow('flow' as never).createRun();
      const ended = await run.start({ inputData: { prompt: QUESTION } as never });
      return { status: ended.status, result: 'result' in ended ? ended.result : undefined };
    },
    repeats: 'always',
  };
}

function aPool(): Scenario {
  return oneAgent('a pool of agents', {}, async (_agent, _round, app) => {
    const pool = new AgentPool({ create: () => app.agent('a-pool-of-agents'), max: 2 });
    const ask = (one: number) =>
      pool.withAgent(async (agent) => (await agent.generate(`${QUESTION} ${one}`)).text);
    const answers = await Promise.all([1, 2, 3].map(ask));
    await pool.drain();
    return answers;
  });
}

/** The id of a batch is in its question, so that no two are alike. */
function aBatch(): Scenario {
  return oneAgent(
    'messages in batches',
    { respond: answerItems },
    async (agent, round) => {
      const batcher = new MessageBatcher(agent, { maxSize: 3, maxWaitMs: 1000, keyBy: 'resource' });
      const messages = ['one', 'two', 'three'];
      const answers = await Promise.all(
        messages.map((message) => batcher.process(`batch-${round}`, message, { resource: 'batches' })),
      );
      await batcher.close();
      return answers.map(({ response }) => response);
    },
    { repeats: 'never' },
  );
}
