import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { SimpleAuth } from '@mastra/core/server';
import { InMemoryStore } from '@mastra/core/storage';
import { MastraServer as ExpressServer } from '@mastra/express';
import { MastraServer, type HonoBindings, type HonoVariables } from '@mastra/hono';
import { mockModel } from '@mastra-perf/testkit';
import express from 'express';
import { Hono } from 'hono';
import { topicEmbedder } from './asking-agent.ts';
import { createPerf, type ContextOptions, type Perf, type PerfOptions } from '../src/index.ts';

export const TOKEN = 'token-of-an-operator';

/** What Mastra's server is made of; `mastra dev` and `mastra build` take Hono. */
export type Adapter = 'hono' | 'express';

export interface DashboardServerOptions {
  readonly perf?: PerfOptions;
  /** @default 'hono' */
  readonly adapter?: Adapter;
  /** Whether the server knows its callers by bearer tokens. */
  readonly auth?: boolean;
  /** An OpenAI-compatible server instead of models without one. */
  readonly provider?: string;
  /** Until the first part of the nth answer of a model. @default 4 for each */
  readonly firstDelayMs?: (call: number) => number;
  /** Whether agents answer by meaning what asks about one thing, in the words of a test. */
  readonly byMeaning?: boolean;
  /** Names of agents. @default ['support', 'legal'] */
  readonly agents?: readonly string[];
}

/** Mastra's own HTTP server with the plugin, and agents whose model fails when it is told to. */
export interface DashboardServer {
  readonly perf: Perf;
  readonly mastra: Mastra;
  /** `http://localhost:<port>` */
  readonly url: string;
  ask(agent: string, question: string, context?: ContextOptions, streams?: boolean): Promise<void>;
  /** Ends all connections. */
  cut(): void;
  close(): Promise<void>;
}

export async function startDashboardServer(options: DashboardServerOptions = {}): Promise<DashboardServer> {
  const {
    adapter = 'hono',
    auth = false,
    byMeaning = false,
    provider,
    agents = ['support', 'legal'],
  } = options;
  const { firstDelayMs = () => 4 } = options;
  const perf = createPerf({ ...options.perf, ...(byMeaning && { cache: { semantic: BY_MEANING } }) });
  const modelOf = (modelId: string, tokens: number) =>
    provider === undefined
      ? mocked(modelId, tokens)
      : ({ id: `openai/${modelId}`, url: provider, apiKey: 'k', api: 'responses' } as const);
  const mocked = (modelId: string, tokens: number) =>
    mockModel({
      provider: 'openai',
      modelId,
      respond(_, call) {
        const prompt = JSON.stringify(_.prompt);
        if (prompt.includes('fail')) throw new Error('the provider is away');
        const usage = { inputTokens: 400 * tokens, outputTokens: 90 * tokens };
        return { text: `answer ${call}`, usage, firstDelayMs: firstDelayMs(call), delayMs: 1 };
      },
    });
  const models = [modelOf('gpt-4o-mini', 1), modelOf('gpt-4o', 3)] as const;
  const mastra = new Mastra({
    agents: Object.fromEntries(
      agents.map((id, index) => [
        `agent${index}`,
        new Agent({
          id,
          name: id,
          instructions: 'Answer.',
          model: models[index % 2] ?? models[0],
          maxRetries: 0,
        }),
      ]),
    ),
    logger: false,
    storage: new InMemoryStore(),
    processors: { perf },
    ...(auth && { server: { auth: new SimpleAuth({ tokens: { [TOKEN]: { id: 'operator' } } }) } }),
  });

  const server = await servers[adapter](mastra);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = (): void => server.closeAllConnections();

  return {
    perf,
    mastra,
    url: `http://localhost:${port}`,
    async ask(agent, question, context = {}, streams = false) {
      const requestContext = perf.context(context);
      const asked = mastra.getAgentById(agent);
      // The failures that tests ask for are what the page is to show.
      if (!streams) return void (await asked.generate(question, { requestContext }).catch(() => undefined));
      const stream = await asked.stream(question, { requestContext });
      await stream.consumeStream();
    },
    cut,
    async close() {
      await perf.close();
      cut();
      await new Promise((resolve) => server.close(resolve));
      await mastra.shutdown();
    },
  };
}

/** Whatever is asked about one topic has one answer. */
const BY_MEANING = { embedder: topicEmbedder(), guards: [], verify: () => true };

const servers: Readonly<Record<Adapter, (mastra: Mastra) => Promise<Server>>> = {
  async hono(mastra) {
    const app = new Hono<{ Bindings: HonoBindings; Variables: HonoVariables }>();
    await new MastraServer({ app, mastra }).init();
    return createServer(getRequestListener(app.fetch));
  },
  async express(mastra) {
    const app = express().use(express.json());
    await new ExpressServer({ app, mastra }).init();
    return createServer(app);
  },
};
