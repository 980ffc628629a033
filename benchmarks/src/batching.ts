import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { Memory } from '@mastra/memory';
import { startSimulatedProvider, type ProviderRequest } from '@mastra-perf/testkit';
import { MessageBatcher } from 'mastra-perf';
import type { Table } from './table.ts';
import { versionsLine } from './versions.ts';

const MESSAGES = 1000;
const THREADS = 40;
const USERS = 10;
/** Calls at the same time, of each way. */
const PARALLEL = 20;
const LATENCY = { timeToFirstTokenMs: 500, tokensPerSecond: 100 };
const MOST_CALLS = 0.12;
const INSTRUCTIONS = `You sort messages of customers of a shop.
${'Orders, deliveries, returns and payments are sorted by what the customer wants done, not by the words that are used. '.repeat(8)}
Answer with one sentence.`;

const asked = Array.from({ length: MESSAGES }, (_, n) => ({
  thread: `thread-${n % THREADS}`,
  resource: `user-${n % USERS}`,
  message: `Message ${n}: my parcel number ${n * 7919} has not come yet, what can be done about it?`,
}));
const answerTo = (message: string): string => `For "${message.slice(0, 14)}" the carrier has to be asked.`;

/** Messages one by one, and many in a call, through the same agent. */
export async function batching(): Promise<Table> {
  const cases: [name: string, memory: boolean, ask: (agent: Agent) => Asking][] = [
    ['one by one', false, oneByOne],
    [
      'by thread',
      false,
      (agent) => batched(new MessageBatcher(agent, { maxParallel: PARALLEL, timeout: '10m' })),
    ],
    [
      'by resource',
      false,
      (agent) =>
        batched(new MessageBatcher(agent, { maxParallel: PARALLEL, timeout: '10m', keyBy: 'resource' })),
    ],
    ['one by one, with memory', true, oneByOne],
    [
      'by thread, with memory',
      true,
      (agent) => batched(new MessageBatcher(agent, { maxParallel: PARALLEL, timeout: '10m' })),
    ],
  ];
  const measured: Measured[] = [];
  for (const [, memory, ask] of cases) measured.push(await measure(memory, ask));
  const wrong = measured.flatMap(({ calls, right }, at) => [
    ...(right === MESSAGES ? [] : [`${cases[at]?.[0]}: ${right} of ${MESSAGES} answers are right`]),
    ...(at % 3 === 0 || calls <= MOST_CALLS * MESSAGES ? [] : [`${cases[at]?.[0]}: ${calls} calls`]),
  ]);
  const base = (at: number): Measured | undefined => measured[at < 3 ? 0 : 3];
  return {
    title: `${MESSAGES} messages over ${THREADS} threads of ${USERS} users at once, ${PARALLEL} calls at a time`,
    columns: [
      'case',
      'calls',
      'input tokens',
      'output tokens',
      'seconds',
      'calls ratio',
      'tokens ratio',
      'times faster',
    ],
    rows: measured.map((one, at) => row(cases[at]?.[0] ?? '', one, base(at) ?? one)),
    notes: [
      `The provider answers after ${LATENCY.timeToFirstTokenMs} ms, then ${LATENCY.tokensPerSecond} tokens a second; ${INSTRUCTIONS.split(' ').length} words of instructions. Tokens are from its log.`,
      `With memory, batches of one thread follow each other, each with the thread before it in its prompt. Aim: at most ${MOST_CALLS} calls for a message. The answers of a batch are written one after the other: its time is that of its output.`,
      versionsLine('@mastra/core', '@mastra/memory'),
    ],
    wrong,
  };
}

type Asking = (one: (typeof asked)[number]) => Promise<string>;

interface Measured {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly right: number;
  readonly ms: number;
}

/** As a queue in front of the agent does it, in the order of the messages. */
function oneByOne(agent: Agent): Asking {
  let busy = 0;
  const waiting: (() => void)[] = [];
  return async ({ thread, resource, message }) => {
    if (busy < PARALLEL) busy++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      const options = agent.hasOwnMemory() ? { memory: { thread, resource } } : {};
      return (await agent.generate(message, options)).text;
    } finally {
      const next = waiting.shift();
      if (next) next();
      else busy--;
    }
  };
}

const batched =
  (batcher: MessageBatcher): Asking =>
  async ({ thread, resource, message }) =>
    (await batcher.process(thread, message, { resource })).response;

async function measure(memory: boolean, asking: (agent: Agent) => Asking): Promise<Measured> {
  await using provider = await startSimulatedProvider({
    ...LATENCY,
    answer: (request) => ({ text: said(request) }),
  });
  const agent = new Agent({
    id: 'sorter',
    name: 'sorter',
    instructions: INSTRUCTIONS,
    model: { id: 'sim/gpt-4o-mini', url: provider.url, apiKey: 'k' },
    ...(memory && { memory: new Memory({ options: { lastMessages: 10 } }) }),
  });
  new Mastra({ agents: { agent }, storage: new InMemoryStore(), logger: false });
  const ask = asking(agent);
  const startedAt = performance.now();
  const answers = await Promise.all(asked.map(ask));
  const ms = performance.now() - startedAt;
  const { requests: calls, inputTokens, outputTokens } = provider.totals();
  const right = answers.filter((answer, n) => answer === answerTo(asked[n]?.message ?? '')).length;
  return { calls, inputTokens, outputTokens, right, ms };
}

/** What the model says to a message, or to a batch of them. */
function said({ messages, responseFormat }: ProviderRequest): string {
  const question = messages.findLast(({ role }) => role === 'user')?.text ?? '';
  if (responseFormat === undefined) return answerTo(question);
  const { items } = JSON.parse(question) as { items: { id: string; message: string }[] };
  return JSON.stringify({
    answers: items.map(({ id, message }) => ({ id, response: answerTo(message), confidence: 0.9 })),
  });
}

function row(name: string, one: Measured, base: Measured): string[] {
  const tokens = ({ inputTokens, outputTokens }: Measured): number => inputTokens + outputTokens;
  return [
    name,
    String(one.calls),
    one.inputTokens.toLocaleString('en'),
    one.outputTokens.toLocaleString('en'),
    (one.ms / 1000).toFixed(2),
    (one.calls / base.calls).toFixed(2),
    (tokens(one) / tokens(base)).toFixed(2),
    (base.ms / one.ms).toFixed(1),
  ];
}
