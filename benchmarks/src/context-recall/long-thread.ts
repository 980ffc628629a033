import { monitorEventLoopDelay } from 'node:perf_hooks';
import {
  createHeldThread,
  createRecall,
  marksOf,
  recalledBlock,
  select,
  systemClock,
  type StoredMessage,
} from '../inside-mastra-perf.ts';
import type { Table } from '../table.ts';
import { generatedThread, type GeneratedThread } from './generated-thread.ts';
import { exactCount } from './o200k.ts';

const MESSAGES = 10_000;
const WARM = 30;
const MEASURED = 200;
const ROOM = 2000;
const IN_PROMPT = 60;

/** What recall costs in a long thread, once it is held, and what holding it costs. */
export async function longThread(): Promise<Table> {
  const thread = generatedThread(MESSAGES);
  const { text: tokensOf } = exactCount();
  const filled = await filling(thread, tokensOf);
  const rows = [...(await wholeCalls(thread, tokensOf)), ...(await parts(thread, tokensOf))];
  return {
    title: `Recall in a thread of ${MESSAGES} messages that is held, milliseconds`,
    columns: ['what', 'p50', 'p95', 'max'],
    rows,
    notes: [
      `${MEASURED} questions of 12 words, a prompt of ${IN_PROMPT} messages, room for ${ROOM} tokens; a generated thread, vectors of 512 dimensions, a storage and an embedding model that answer at once.`,
      `Taking the thread in: ${filled.ms.toFixed(0)} ms, in which the event loop stood still for ${filled.stood.toFixed(1)} ms at most.`,
    ],
  };
}

async function filling({ conversation, vector }: GeneratedThread, tokensOf: (text: string) => number) {
  const held = heldThread(tokensOf);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await turn();
  delay.reset();
  const begun = performance.now();
  await held.read(conversation);
  await held.embed(conversation, vector());
  const ms = performance.now() - begun;
  await turn();
  delay.disable();
  return { ms, stood: delay.max / 1e6 };
}

const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 5));

const heldThread = (tokensOf: (text: string) => number) =>
  createHeldThread({
    now: () => Date.now(),
    reach: 'thread',
    tokensOf,
    pause: () => new Promise((resolve) => void setImmediate(resolve)),
    fault: (error) => {
      throw error;
    },
  });

async function wholeCalls(
  { conversation, messages, sentence }: GeneratedThread,
  tokensOf: (text: string) => number,
) {
  const faults: unknown[] = [];
  const recall = createRecall({ clock: systemClock, fault: (_, error) => faults.push(error) });
  const ask = (fillsRoom: boolean) => {
    const prompt = [...promptOf(messages), { role: 'user', content: sentence(12) }];
    return recall.recall({ conversation, prompt, room: ROOM, reach: 'thread', fillsRoom, tokensOf });
  };
  await ask(true);
  await recall.idle();
  const rows = [
    ['a call, until the room is full', ...(await figures(() => ask(true)))],
    ['a call, what is relevant', ...(await figures(() => ask(false)))],
  ];
  if (faults.length > 0) throw faults[0];
  return rows;
}

async function parts(
  { conversation, messages, sentence, vector }: GeneratedThread,
  tokensOf: (text: string) => number,
) {
  const held = heldThread(tokensOf);
  await held.read(conversation);
  await held.embed(conversation, vector());
  const prompt = promptOf(messages);
  const all = held.messages();
  const marks = marksOf(prompt);
  const choose = () =>
    select({
      index: held.index,
      messages: all,
      isInPrompt: (place) => all[place]?.marks.every((mark) => marks.has(mark)) ?? false,
      question: { text: sentence(12), vector: vector() },
      budget: ROOM,
      least: 0,
    });
  const byId = new Map(messages.map((message, place) => [message.id, { place, message }]));
  const chosen = choose().flatMap(({ id }) => byId.get(id) ?? []);
  return [
    ['  reading what is new: nothing', ...(await figures(() => held.read(conversation)))],
    ['  marks of the prompt', ...(await figures(() => marksOf(prompt)))],
    ['  search and choice', ...(await figures(choose))],
    [`  block of ${chosen.length} messages`, ...(await figures(() => recalledBlock(chosen)))],
  ];
}

const promptOf = (messages: readonly StoredMessage[]) =>
  messages.slice(-IN_PROMPT).map(({ role, texts }) => ({
    role,
    content: texts.map((text) => ({ type: 'text', text })),
  }));

async function figures(run: () => unknown): Promise<string[]> {
  const samples: number[] = [];
  for (let round = 0; round < WARM + MEASURED; round++) {
    const begun = performance.now();
    await run();
    if (round >= WARM) samples.push(performance.now() - begun);
    await new Promise((resolve) => void setImmediate(resolve));
  }
  samples.sort((a, b) => a - b);
  const at = (share: number): string => (samples[Math.ceil(share * samples.length) - 1] ?? 0).toFixed(2);
  return [at(0.5), at(0.95), at(1)];
}
