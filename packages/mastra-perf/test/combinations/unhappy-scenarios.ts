import { echo, QUESTION, questionOf, refusal } from './said.ts';
import { oneAgent, type Scenario } from './scenario.ts';
import { ending, told, toldByStream } from './told.ts';

/** The provider fails, or the caller leaves: what follows must not notice. */
export const unhappyScenarios = (): readonly Scenario[] =>
  [fallbacks(), anError(), aBrokenStream(), anAbort()].map((one) => ({ ...one, hasEstimates: true }));

function fallbacks(): Scenario {
  return {
    name: 'a list of fallbacks whose first model fails',
    build: ({ agent, model }) => ({
      agents: {
        fallbacks: agent('fallbacks', {
          model: [
            { model: model(() => ({ error: refusal() })), maxRetries: 0 },
            { model: model(echo), maxRetries: 0 },
          ],
        }),
      },
    }),
    ask: async (app) => told(await app.agent('fallbacks').generate(QUESTION)),
    repeats: 'never',
  };
}

function anError(): Scenario {
  return oneAgent(
    'an error of the provider',
    { respond: (asked) => (questionOf(asked) === QUESTION ? { error: refusal() } : echo(asked, 1)) },
    async (agent, round) => [
      await ending(agent.generate(QUESTION).then(told)),
      await ending(agent.stream(QUESTION).then(toldByStream)),
      (await agent.generate(`another question ${round}`)).text,
    ],
    { repeats: 'never' },
  );
}

function aBrokenStream(): Scenario {
  const broken = { text: 'It begins well, and then', failAfter: 6 };
  return oneAgent(
    'a stream that breaks',
    {
      respond: (asked) => (questionOf(asked) === QUESTION ? { ...broken, error: refusal() } : echo(asked, 1)),
    },
    async (agent, round) => [
      await ending(agent.stream(QUESTION).then(toldByStream)),
      (await agent.generate(`another question ${round}`)).text,
    ],
    { repeats: 'never' },
  );
}

/** One caller leaves before there is an answer, another one in the middle of a stream; the next one is served. */
function anAbort(): Scenario {
  let asked = Promise.withResolvers<void>();
  return oneAgent(
    'an abort',
    {
      respond(request) {
        if (questionOf(request) !== QUESTION) return echo(request, 1);
        asked.resolve();
        return {
          text: 'It begins, and goes on.',
          gate: (part: number) => (part < 5 ? undefined : new Promise(() => {})),
        };
      },
    },
    async (agent, round) => {
      asked = Promise.withResolvers();
      const early = new AbortController();
      const generating = ending(agent.generate(QUESTION, { abortSignal: early.signal }).then(told));
      await asked.promise;
      early.abort();
      const generated = await generating;

      const late = new AbortController();
      const stream = await agent.stream(QUESTION, { abortSignal: late.signal });
      let read = '';
      const reading = await ending(
        (async () => {
          for await (const part of stream.fullStream) {
            if (part.type !== 'text-delta') continue;
            read += part.payload.text;
            late.abort();
          }
        })(),
      );
      const next = (await agent.generate(`another question ${round}`)).text;
      return { generated, reading, hasBegun: read !== '', next };
    },
    { repeats: 'never' },
  );
}
