import { TokenLimiterProcessor } from '@mastra/core/processors';
import { createTool } from '@mastra/core/tools';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  textOf,
  tokensOf,
  windowedAgent,
  WORDS,
  type Asked,
  type WindowedAgent,
  type WindowedAgentOptions,
} from './windowed-agent.ts';

/*
 * Known failures of Mastra's TokenLimiter, in a real agent, and what this plugin does to the same conversation. Each one is told by
 * the last prompt that reached the model.
 */

const agents: WindowedAgent[] = [];
afterAll(() => Promise.all(agents.map(({ perf }) => perf?.close())));

interface Failure {
  readonly what: string;
  readonly limit: number;
  readonly options?: WindowedAgentOptions;
  /** Options of the limiter beside its limit. */
  readonly limiter?: object;
  readonly talk: (agent: WindowedAgent) => Promise<unknown>;
  readonly isRight: (last: Asked) => boolean | Promise<boolean>;
}

const look = createTool({
  id: 'look',
  description: 'looks',
  inputSchema: z.object({}),
  execute: async () => ({ found: `the finding ${WORDS.repeat(20)}` }),
} as never);

/** Touched by nobody who does not use it. */
const untouched = { reads: 0 };
const encoding = new Proxy({}, { get: () => void untouched.reads++ });
const IDS = Buffer.from(Array.from({ length: 1500 }, (_, index) => (index * 7919) % 251)).toString('base64');
const rolesOf = ({ prompt }: Asked): string => prompt.map(({ role }) => role[0]).join('');

const failures: readonly Failure[] = [
  {
    what: 'a newest question that is long is in the prompt',
    limit: 200,
    talk: async (agent) => {
      await agent.ask('an old question');
      await agent.ask(`the new question ${WORDS.repeat(24)}`);
    },
    isRight: ({ prompt }) => textOf(prompt).includes('the new question'),
  },
  {
    what: 'the call and the long result of a tool in this run are in the prompt',
    limit: 200,
    options: {
      agent: { tools: { look } },
      respond: (call) =>
        call === 1 ? { tools: [{ id: 'call-1', name: 'look', args: {} }] } : { text: 'done' },
    },
    talk: (agent) => agent.ask('what do you find?', { maxSteps: 2 }),
    isRight: ({ prompt }) => textOf(prompt).includes('"tool-call"') && textOf(prompt).includes('the finding'),
  },
  {
    what: 'the prompt fits by the vocabulary of the model, also where tokens are short',
    limit: 1600,
    limiter: { encoding },
    talk: async (agent) => {
      for (let turn = 0; turn < 4; turn++) await agent.ask(`${turn}: ${IDS.slice(turn)}`);
    },
    isRight: async (last) => (await tokensOf(last)) <= 1600,
  },
  {
    what: 'nothing is missing in the middle',
    limit: 200,
    options: {
      respond: (call) => ({
        text: call === 2 ? `the long answer ${WORDS.repeat(24)}` : `short answer ${call}`,
      }),
    },
    talk: async (agent) => {
      for (const question of ['first', 'second', 'third']) await agent.ask(question);
    },
    // Older turns may only be there if all newer ones are.
    isRight: ({ prompt }) =>
      textOf(prompt).includes('the long answer') || !/short answer 1|"first"|"second"/.test(textOf(prompt)),
  },
  {
    what: 'each question of a user comes with its answer',
    limit: 200,
    options: {
      respond: (call) => ({
        text: call === 2 ? `the long answer ${WORDS.repeat(24)}` : `short answer ${call}`,
      }),
    },
    talk: async (agent) => {
      for (const question of ['first', 'second', 'third']) await agent.ask(question);
    },
    isRight: (last) => /^s(ua)*u$/.test(rolesOf(last)),
  },
];

async function lastPrompt({ talk }: Failure, options: WindowedAgentOptions): Promise<Asked> {
  const agent = windowedAgent(options);
  agents.push(agent);
  await talk(agent);
  return agent.prompts.at(-1)!;
}

describe.each(failures)('$what', (failure) => {
  const { limit, limiter, options, isRight } = failure;

  it("not with Mastra's TokenLimiter", async () => {
    const processor = new TokenLimiterProcessor({ limit, ...limiter });
    const agent = { ...options?.agent, inputProcessors: [processor] };
    expect(await isRight(await lastPrompt(failure, { ...options, agent }))).toBe(false);
  });

  it('with this plugin', async () => {
    expect(await isRight(await lastPrompt(failure, { ...options, context: { maxTokens: limit } }))).toBe(
      true,
    );
  });

  it('without any limit, but for the length', async () => {
    const last = await lastPrompt(failure, options ?? {});
    expect(await tokensOf(last)).toBeGreaterThan(limit);
  });
});

it("the option `encoding` of Mastra's TokenLimiter is not even read", () => {
  expect(untouched.reads).toBe(0);
});
