/** What a connection for messages tells. */
export interface BusConnectionEvents {
  /** A message has come on a channel. */
  message(channel: string, text: string): void;
  /** The connection is gone for good. */
  lost(): void;
  /** Aborted when nobody waits for the opening any more: it took longer than 5 s, or the receiver was closed. */
  readonly signal: AbortSignal;
}

/**
 * One open connection for messages. It is asked for one thing at a time, and is given up when it has not answered within 2 s;
 * when it refuses, that concerns only whoever asked.
 */
export interface BusConnection {
  /** Resolves when the server has confirmed it. Channels that are subscribed already are no error. */
  subscribe(channels: readonly string[]): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  /** One round trip, by which a connection is noticed that is silent because it is dead. */
  ping(): Promise<unknown>;
  /** Ends it, without a word to the server if it is `broken`. Waited for, for a second. */
  end(broken: boolean): unknown;
}

/**
 * Opens a connection, in one attempt, or rejects. It need not watch the time: a connection that comes too late is ended by
 * whoever has asked for it.
 */
export type OpenBusConnection = (events: BusConnectionEvents) => Promise<BusConnection>;
