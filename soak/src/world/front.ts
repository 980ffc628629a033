import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HEADERS } from '../headers.ts';

/** The one port of all processes: each request goes to the next one, and streams through as it comes. */
export interface Front extends AsyncDisposable {
  readonly url: string;
  /** Ports in use from now on. */
  route(targets: ReadonlyArray<{ readonly name: string; readonly port: number }>): void;
  /** The process that a call went to. */
  readonly servedBy: ReadonlyMap<string, string>;
  /** Calls whose process broke off before the end of its answer. */
  readonly broken: ReadonlySet<string>;
}

type Target = { readonly name: string; readonly port: number };

export async function startFront(): Promise<Front> {
  let targets: readonly Target[] = [];
  let turn = 0;
  const served = new Map<string, string>();
  const broken = new Set<string>();

  const pass = (incoming: IncomingMessage, outgoing: ServerResponse, tries: number): void => {
    if (outgoing.destroyed) return; // who asked has left while it was tried elsewhere: nothing would ever be sent
    const target = targets[turn++ % targets.length];
    if (!target) return void outgoing.writeHead(503).end('no process is up');
    const call = String(incoming.headers[HEADERS.call] ?? '');
    if (call) served.set(call, target.name);
    const { method, url: path, headers } = incoming;
    const upstream = request({ host: '127.0.0.1', port: target.port, method, path, headers, agent: false });
    let isConnected = false;
    const breakOff = (): void => {
      if (outgoing.writableFinished || outgoing.destroyed) return;
      if (call) broken.add(call);
      outgoing.destroy();
    };
    upstream.once('socket', (socket) =>
      socket.once('connect', () => {
        isConnected = true;
        incoming.pipe(upstream);
      }),
    );
    upstream.once('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      outgoing.flushHeaders();
      response.pipe(outgoing);
      response.once('error', breakOff);
      response.once('aborted', breakOff);
    });
    upstream.once('error', () => {
      // Nobody listens there: nothing was said yet, so another one may be asked.
      if (!isConnected && tries > 1) return pass(incoming, outgoing, tries - 1);
      breakOff();
    });
    outgoing.once('close', () => upstream.destroy());
  };

  const server = createServer((incoming, outgoing) => {
    incoming.on('error', () => outgoing.destroy());
    pass(incoming, outgoing, 3);
  });
  server.requestTimeout = 0;
  // Longer than clients keep a connection that nobody uses: one of them must be the first to give it up.
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    route: (next) => void (targets = next),
    servedBy: served,
    broken,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
