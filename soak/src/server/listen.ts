import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { Mastra } from '@mastra/core/mastra';
import { MastraServer, type HonoBindings, type HonoVariables } from '@mastra/hono';
import { Hono } from 'hono';
import { HEADERS } from '../headers.ts';
import { asking } from './asking.ts';

interface Listening {
  readonly port: number;
  /** Addresses of requests whose answer has not ended. */
  underWay(): readonly string[];
  /** Takes no more requests, and resolves when those under way are answered. */
  close(): Promise<void>;
}

/** Serves a Mastra on a free port. */
export async function listen(mastra: Mastra): Promise<Listening> {
  const app = new Hono<{ Bindings: HonoBindings; Variables: HonoVariables }>();
  app.use('*', (context, next) => {
    const said = (name: string): string => context.req.header(name) ?? 'none';
    return asking.run(
      { user: said(HEADERS.user), call: said(HEADERS.call), phase: said(HEADERS.phase) },
      next,
    );
  });
  await new MastraServer({ app, mastra }).init();
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  const underWay = new Set<string>();
  let requests = 0;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const name = `${++requests} ${request.url}`;
    underWay.add(name);
    response.once('close', () => underWay.delete(name));
  });
  await once(server, 'listening');
  return {
    underWay: () => [...underWay],
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      await closed;
    },
  };
}
