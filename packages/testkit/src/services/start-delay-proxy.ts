import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { delayedPipe, type PipeConditions } from './delayed-pipe.ts';

export interface DelayProxyOptions {
  readonly target: { readonly host: string; readonly port: number };
  /** In each direction; a round trip takes twice that. @default 0 */
  readonly delayMs?: number;
}

/** A TCP proxy that makes a network bad on command. Commands hold for open and for new connections. */
export interface DelayProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Passed on so far. */
  readonly bytes: { readonly toTarget: number; readonly toClient: number };
  /** Open now. */
  readonly connections: number;
  /** A number is for both directions. Data that is already waiting keeps its delay. */
  setDelay(ms: number | { readonly toTarget?: number; readonly toClient?: number }): void;
  /** Breaks all open connections, also in the middle of a reply; new ones are accepted. */
  cut(): void;
  /** Connections are kept, but no byte passes until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** New connections get ECONNREFUSED until `accept`; open ones go on. */
  refuse(): void;
  /** Listens on the same port again. */
  accept(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a proxy to `target` on a free port of 127.0.0.1. */
export async function startDelayProxy({ target, delayMs = 0 }: DelayProxyOptions): Promise<DelayProxy> {
  const toTarget: PipeConditions = { delayMs, frozen: false, bytes: 0 };
  const toClient: PipeConditions = { delayMs, frozen: false, bytes: 0 };
  const open = new Map<Socket, { upstream: Socket; pump: () => void }>();

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ ...target, allowHalfOpen: true });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.setNoDelay(true);
      // The other side learns of a broken connection by losing its own.
      socket.on('error', () => other.destroy());
    }
    const pumps = [delayedPipe(client, upstream, toTarget), delayedPipe(upstream, client, toClient)];
    open.set(client, { upstream, pump: () => pumps.forEach((pump) => pump()) });
    client.once('close', () => open.delete(client));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const cut = () => {
    for (const [client, { upstream }] of open) {
      client.destroy();
      upstream.destroy();
    }
  };
  const freeze = (frozen: boolean) => {
    toTarget.frozen = frozen;
    toClient.frozen = frozen;
    for (const { pump } of open.values()) pump();
  };
  const close = async () => {
    const clients = [...open.keys()];
    cut();
    await Promise.all(clients.map((client) => client.closed || once(client, 'close')));
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  return {
    host: '127.0.0.1',
    port,
    get bytes() {
      return { toTarget: toTarget.bytes, toClient: toClient.bytes };
    },
    get connections() {
      return open.size;
    },
    setDelay(ms) {
      const each = typeof ms === 'number' ? { toTarget: ms, toClient: ms } : ms;
      toTarget.delayMs = each.toTarget ?? toTarget.delayMs;
      toClient.delayMs = each.toClient ?? toClient.delayMs;
    },
    cut,
    freeze: () => freeze(true),
    thaw: () => freeze(false),
    refuse() {
      if (server.listening) server.close();
    },
    async accept() {
      if (server.listening) return;
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
