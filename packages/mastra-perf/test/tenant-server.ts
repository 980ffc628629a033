import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { MASTRA_RESOURCE_ID_KEY } from '@mastra/core/request-context';
import { InMemoryStore } from '@mastra/core/storage';
import { MastraServer, type HonoBindings, type HonoVariables } from '@mastra/hono';
import { Memory } from '@mastra/memory';
import { mockModel } from '@mastra-perf/testkit';
import { Hono } from 'hono';
import { createPerf, type Perf, type PerfOptions } from '../src/index.ts';

/** Somebody who calls over HTTP. */
export interface Tenant {
  readonly id: string;
  readonly token: string;
  /** In every answer of a model that was asked for this tenant, and in nothing that a request says. */
  readonly mark: string;
}

export const TENANTS = [tenant('north'), tenant('south')] as const;

export interface TenantRequest {
  /** Without memory, or with. */
  readonly agent: 'plain' | 'remembering';
  readonly route: 'generate' | 'stream';
  /** JSON. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A Mastra with the plugin behind Mastra's own HTTP server, which knows its tenants by bearer tokens. */
export interface TenantServer {
  readonly perf: Perf;
  /** Calls that reached the model. */
  modelCalls(): number;
  ask(caller: Tenant, request: TenantRequest): Promise<{ readonly status: number; readonly text: string }>;
  close(): Promise<void>;
}

export async function startTenantServer(options: PerfOptions = {}): Promise<TenantServer> {
  // Not in the prompt, and nowhere else that the plugin looks: only the model knows from here for whom it is asked.
  const asking = new AsyncLocalStorage<Tenant>();
  const model = mockModel({
    respond(_, call) {
      const { mark } = asking.getStore() ?? failed('the model was asked for nobody');
      return { text: `answer ${call} for ${mark}`, gate: () => new Promise(setImmediate) };
    },
  });

  const perf = createPerf(options);
  const agent = (id: TenantRequest['agent'], config = {}) =>
    new Agent({ id, name: id, instructions: 'Answer.', model, ...config });
  const mastra = new Mastra({
    agents: { plain: agent('plain'), remembering: agent('remembering', { memory: new Memory() }) },
    logger: false,
    storage: new InMemoryStore(),
    processors: { perf },
    server: {
      middleware: async (context, next) => {
        const caller = TENANTS.find(({ token }) => context.req.header('authorization') === `Bearer ${token}`);
        if (!caller) return context.text('who are you?', 401);
        context.get('requestContext').set(MASTRA_RESOURCE_ID_KEY, caller.id);
        return asking.run(caller, next);
      },
    },
  });

  const app = new Hono<{ Bindings: HonoBindings; Variables: HonoVariables }>();
  await new MastraServer({ app, mastra }).init();
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    perf,
    modelCalls: () => model.calls.total,
    async ask({ token }, { agent: id, route, body, headers }) {
      const response = await fetch(`http://127.0.0.1:${port}/api/agents/${id}/${route}`, {
        method: 'POST',
        headers: { ...headers, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body,
      });
      return { status: response.status, text: await response.text() };
    },
    async close() {
      await new Promise((resolve) => server.close(resolve));
      await perf.close();
      await mastra.shutdown();
    },
  };
}

function tenant(name: string): Tenant {
  return { id: `tenant-${name}`, token: `token-of-${name}`, mark: `secret-of-${name}` };
}

function failed(message: string): never {
  throw new Error(message);
}
