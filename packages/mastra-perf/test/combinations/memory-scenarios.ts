import { LibSQLVector } from '@mastra/libsql';
import { Memory } from '@mastra/memory';
import { mockEmbedder } from '@mastra-perf/testkit';
import type { App, Respond } from './app.ts';
import { askWeather, echo, QUESTION, questionOf } from './said.ts';
import { oneAgent, type Scenario } from './scenario.ts';
import { told, toldByStream, withoutIds } from './told.ts';
import { weather } from './weather.ts';

const turns = ['My name is Ann, and I like red.', 'What is the weather?', 'What do I like?'];
let vectors = 0;

export const memoryScenarios = (): readonly Scenario[] => [
  aConversation(),
  aMemoryWithVectors(),
  anApproval(),
  strangers(),
];

/** What is stored of a thread, in order. */
async function storedIn(app: App, threadId: string): Promise<unknown> {
  await app.perf?.flush();
  const domain = await app.storage.getStore('memory');
  const { messages } = await domain!.listMessages({ threadId, perPage: false });
  const inOrder = messages.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  return inOrder.map(({ role, content }) => [
    role,
    ...content.parts
      .filter(({ type }) => type === 'text' || type === 'reasoning' || type === 'tool-invocation')
      .map((part) => {
        if (part.type === 'text') return part.text;
        return part.type === 'tool-invocation' ? withoutIds(part.toolInvocation) : part.type;
      }),
  ]);
}

function aConversation(): Scenario {
  const memory = new Memory({ options: { lastMessages: 20 } });
  const respond: Respond = (asked, call) =>
    questionOf(asked).includes('weather') ? askWeather(asked, call) : echo(asked, call);
  return oneAgent(
    'a conversation',
    { respond, memory, tools: { weather: weather() } },
    async (agent, round, app) => {
      const thread = `conversation-${round}`;
      const answers: unknown[] = [];
      for (const [index, turn] of turns.entries()) {
        const options = { memory: { thread, resource: 'ann' } };
        answers.push(
          index % 2 === 0
            ? told(await agent.generate(turn, options))
            : await toldByStream(await agent.stream(turn, options)),
        );
      }
      return { answers, stored: await storedIn(app, thread) };
    },
    { repeats: 'without recall' },
  );
}

/** Mastra's own recall by meaning: the second round is asked with what the first has left, so it is another question. */
function aMemoryWithVectors(): Scenario {
  return {
    name: 'a memory with an embedding model',
    build: ({ agent, model }) => ({
      agents: {
        recalling: agent('recalling', {
          model: model(echo),
          memory: new Memory({
            vector: new LibSQLVector({ id: `combination-${++vectors}`, url: ':memory:' }),
            embedder: mockEmbedder({ dimensions: 8 }) as never,
            options: { lastMessages: 2, semanticRecall: { topK: 2, messageRange: 1, scope: 'resource' } },
          }),
        }),
      },
    }),
    async ask(app, round) {
      const thread = `recalling-${round}`;
      const memory = { thread, resource: 'ben' };
      const answer = told(await app.agent('recalling').generate(turns[0]!, { memory }));
      return { answer, stored: await storedIn(app, thread) };
    },
    repeats: 'never',
  };
}

/** A tool that waits for somebody's approval. */
function anApproval(): Scenario {
  return oneAgent(
    'an approval',
    { respond: askWeather, tools: { weather: weather({ requireApproval: true }) } },
    async (agent) => {
      const waiting = await agent.generate(QUESTION);
      const { toolCallId } = waiting.suspendPayload as { readonly toolCallId: string };
      const approved = await agent.approveToolCallGenerate({ runId: waiting.runId!, toolCallId });
      return [told(waiting), told(approved)];
    },
  );
}

/** Two people ask the same, and each gets answers of their own. */
function strangers(): Scenario {
  const memory = new Memory({ options: { lastMessages: false } });
  return oneAgent(
    'strangers',
    { respond: (_, call) => ({ text: `answer ${call}` }), memory },
    async (agent, round) => {
      const ask = async (resource: string): Promise<string> =>
        (await agent.generate(QUESTION, { memory: { thread: `${resource}-${round}`, resource } })).text;
      const read = async (resource: string): Promise<string> =>
        (await agent.stream(QUESTION, { memory: { thread: `${resource}-${round}`, resource } })).text;
      const [ann, ben] = await Promise.all([ask('ann'), read('ben')]);
      const [annAgain, benAgain] = await Promise.all([read('ann'), ask('ben')]);
      return { foreign: [ann, annAgain].filter((text) => text === ben || text === benAgain) };
    },
  );
}
