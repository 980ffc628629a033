import type { Clock } from 'mastra-perf';
import type { ClientSource } from './client-source.ts';
import { endClient } from './end-client.ts';
import { closedFailure, failure } from './failures.ts';
import { marksNode } from './marks-node.ts';
import { isCluster, type RedisClient, type RedisNodeClient } from './redis-client.ts';
import { senderTo, type Backlog, type Sender } from './sender.ts';
import { subscriberOptions } from './subscriber-options.ts';
import { untilReady } from './until-ready.ts';

/** The connection of a store, from the first need to `close()`. */
export interface Connection {
  /** Resolves when the server can be asked; rejects when the attempt under way has failed. A later one may succeed. */
  connect(): Promise<void>;
  /**
   * Rejects at once when the server cannot be asked now. Waits only for the very first connect, and begins it if nobody has.
   */
  ready(): Promise<Sender>;
  /** Connects again where the client has ended for good, or was never given. */
  revive(): Promise<void>;
  /** To be asked after `ready()`. */
  masters(): Masters;
  /** A client for messages, not connected yet, that makes one attempt. Who asks for it ends it. */
  subscriber(): RedisNodeClient;
  close(): Promise<void>;
}

export interface Masters {
  /** Whether there may be several: a command must then not name keys of different slots. */
  readonly spread: boolean;
  readonly servers: readonly Sender[];
  /** What the client puts before the keys of its commands by itself, but not before those in replies and patterns. */
  readonly keyPrefix: string;
}

export interface ConnectionDeps {
  readonly after: Clock['after'];
  readonly random: () => number;
}

/** Commands to a server that hangs stay in memory; so much of them. */
const MAX_BACKLOG_BYTES = 64 * 1024 ** 2;
/** Longer than an attempt of any client that we open takes; a given one may try for ever. */
const CONNECT_MS = 10_000;

export function createConnection(source: ClientSource, { after, random }: ConnectionDeps): Connection {
  const backlog: Backlog = { bytes: 0 };
  let current: { readonly client: RedisClient; readonly sender: Sender } | undefined;
  let lastError: unknown;
  let connecting: Promise<void> | undefined;
  let tried = false;
  let closing: Promise<void> | undefined;
  const closed = Promise.withResolvers<never>();
  closed.promise.catch(() => undefined); // whoever waits hears it, and there may be nobody

  const adopt = (client: RedisClient): void => {
    if (current?.client === client) return;
    current = { client, sender: senderTo(client, backlog) };
    if (!source.owned) return;
    client.on('error', (error: unknown) => {
      lastError = error;
      // ioredis goes on after a failed SELECT, in database 0.
      if (client.status === 'connect' && !isCluster(client)) client.disconnect(true);
    });
    if (isCluster(client)) client.on('ready', () => void connectMasters(client));
  };

  const attempt = async (signal: AbortSignal): Promise<void> => {
    if (!current || current.client.status === 'end') {
      const client = await source.take();
      if (signal.aborted) return; // ours come at once, so this one is not ours to end
      adopt(client);
    }
    if (!current) throw failure('not connected');
    const { client } = current;
    await untilReady(client, { owned: source.owned, why: () => lastError, signal });
    if (source.owned && isCluster(client)) await connectMasters(client);
    lastError = undefined;
  };

  const begin = async (): Promise<void> => {
    const controller = new AbortController();
    const late = Promise.withResolvers<never>();
    const cancel = after(CONNECT_MS, () => late.reject(failure(`no connection within ${CONNECT_MS} ms`)));
    try {
      await Promise.race([attempt(controller.signal), closed.promise, late.promise]);
    } finally {
      cancel();
      controller.abort();
      connecting = undefined;
      tried = true;
    }
  };

  const connect = async (): Promise<void> => {
    if (closing) throw closedFailure();
    if (current?.client.status !== 'ready' || !tried) await (connecting ??= begin());
  };

  const ready = async (): Promise<Sender> => {
    if (closing) throw closedFailure();
    if (!tried) await connect();
    if (current?.client.status !== 'ready')
      throw failure(`not connected (${current?.client.status ?? 'no client'})`, lastError);
    if (backlog.bytes >= MAX_BACKLOG_BYTES)
      throw failure(`the server hangs: ${backlog.bytes} bytes wait for an answer`);
    return current.sender;
  };

  return {
    connect,
    ready,
    async revive() {
      if (!current || current.client.status === 'end') await connect();
    },
    masters() {
      if (!current) throw failure('not connected');
      const { client, sender } = current;
      const keyPrefix = String(client.options?.keyPrefix ?? '');
      if (!isCluster(client)) return { spread: false, servers: [sender], keyPrefix };
      return {
        spread: true,
        servers: client.nodes('master').map((node) => senderTo(node, backlog)),
        keyPrefix,
      };
    },
    subscriber() {
      if (!current) throw failure('not connected');
      const { client } = current;
      if (!isCluster(client)) return client.duplicate(subscriberOptions);
      const node = marksNode(client, random);
      if (!node) throw failure('the cluster has no node to listen to');
      return node.duplicate(subscriberOptions);
    },
    close: () =>
      (closing ??= (async () => {
        closed.reject(closedFailure());
        if (source.owned && current) await endClient(current.client);
      })()),
  };
}

/** A node that is not connected yet refuses all commands but the first, so all of them are connected beforehand. */
async function connectMasters(client: RedisClient): Promise<void> {
  if (!isCluster(client)) return;
  const waiting = client.nodes('master').filter(({ status }) => status === 'wait');
  // A node that cannot be reached is a matter of those who have keys there.
  await Promise.allSettled(waiting.map((node) => node.connect()));
}
