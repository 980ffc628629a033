import { createTool } from '@mastra/core/tools';
import { afterEach, describe, expect, it } from 'vitest';
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

/* Ten steps with tools in one run: what each of them sends, and what memory keeps of all. */

const STEPS = 10;
const OLD_TURNS = 8;
const LIMIT = 900;

let agents: WindowedAgent[] = [];
afterEach(async () => {
  await Promise.all(agents.map(({ perf }) => perf?.close()));
  agents = [];
});

const look = createTool({
  id: 'look',
  description: 'looks',
  inputSchema: z.object({ step: z.number() }),
  execute: async ({ step }: { step: number }) => ({ found: `result ${step} ${WORDS.repeat(6)}` }),
} as never);

/** Old turns, then a run of ten steps with a tool each, then an answer; the same again for the next run. */
function start(context?: WindowedAgentOptions['context']): WindowedAgent {
  const agent = windowedAgent({
    ...(context !== undefined && { context }),
    agent: { tools: { look } },
    respond(call) {
      const step = (call - OLD_TURNS - 1) % (STEPS + 1);
      return call <= OLD_TURNS || step === STEPS
        ? { text: `answer ${call} ${WORDS.repeat(3)}` }
        : { tools: [{ id: `call-${call}`, name: 'look', args: { step: call } }] };
    },
  });
  agents.push(agent);
  return agent;
}

async function talk(agent: WindowedAgent, method: 'ask' | 'stream'): Promise<Asked[]> {
  for (let turn = 0; turn < OLD_TURNS; turn++) await agent[method](`old ${turn} ${WORDS.repeat(3)}`);
  agent.prompts.length = 0;
  await agent[method]('the question', { maxSteps: STEPS + 2 });
  return [...agent.prompts];
}

const idsOf = ({ prompt }: Asked, type: string): string[] =>
  prompt.flatMap(({ content }) =>
    Array.isArray(content)
      ? (content as { type: string; toolCallId: string }[]).flatMap((part) =>
          part.type === type ? [part.toolCallId] : [],
        )
      : [],
  );
/** Only system messages, and the question with what follows it. */
const isLeast = ({ prompt }: Asked): boolean => prompt.filter(({ role }) => role === 'user').length === 1;

describe.each(['ask', 'stream'] as const)('ten steps, %s', (method) => {
  it('each send what fits, or only what must stay, with all that this run has found', async () => {
    const prompts = await talk(start({ maxTokens: LIMIT }), method);
    expect(prompts).toHaveLength(STEPS + 1);
    let least = 0;
    for (const [index, asked] of prompts.entries()) {
      const text = textOf(asked.prompt);
      expect(asked.prompt[0]).toMatchObject({ role: 'system', content: 'You are the system.' });
      expect(text).toContain('the question');
      for (let done = 0; done < index; done++) expect(text).toContain(`result ${OLD_TURNS + 1 + done} `);
      expect(idsOf(asked, 'tool-call')).toHaveLength(index);
      expect(idsOf(asked, 'tool-result')).toEqual(idsOf(asked, 'tool-call'));
      if (isLeast(asked)) least++;
      else expect(await tokensOf(asked)).toBeLessThanOrEqual(LIMIT);
    }
    // Both happened: old turns in the first steps, none in the last.
    expect(least).toBeGreaterThan(0);
    expect(least).toBeLessThan(STEPS);
    expect(await tokensOf(prompts.at(-1)!)).toBeGreaterThan(await tokensOf(prompts[0]!));
  });

  it('never have an old turn back that an earlier step had left out', async () => {
    const prompts = await talk(start({ maxTokens: LIMIT }), method);
    const turns = prompts.map(({ prompt }) => prompt.filter(({ role }) => role === 'user').length);
    expect(turns).toEqual(turns.toSorted((a, b) => b - a));
    expect(turns[0]).toBeGreaterThan(turns.at(-1)!);
  });

  it('store row for row what is stored without a window, and read it all in the next run', async () => {
    const [windowed, plain] = [start({ maxTokens: LIMIT }), start()];
    for (const agent of [windowed, plain]) {
      await talk(agent, method);
      await agent[method]('the next question', { maxSteps: STEPS + 2 });
    }
    const rows = await plain.stored();
    expect(comparable(await windowed.stored())).toEqual(comparable(rows));
    expect(rows.length).toBeGreaterThanOrEqual(2 * (OLD_TURNS + 2));
    expect(windowed.events.some(({ droppedMessages }) => droppedMessages > 10)).toBe(true);
    expect(textOf(plain.prompts.at(-1)!.prompt)).toContain('old 0 ');
    expect(textOf(windowed.prompts.at(-1)!.prompt)).not.toContain('old 0 ');
    expect(JSON.stringify(rows)).toContain('old 0 ');
  });
});

/** Rows without times, and with their ids renumbered in order: the plugin draws some for itself. */
function comparable(rows: readonly object[]): unknown {
  const known = new Map<unknown, string>();
  const same = (name: string, value: unknown): unknown => {
    if (name.endsWith('At')) return undefined;
    if (typeof value !== 'string' || !/^id-\d+$/.test(value)) return value;
    if (!known.has(value)) known.set(value, `row id ${known.size}`);
    return known.get(value);
  };
  return JSON.parse(JSON.stringify(rows, same)) as unknown;
}
