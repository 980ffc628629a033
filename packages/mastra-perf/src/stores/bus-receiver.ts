import { createBackoff } from '../base/backoff.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { PerfError } from '../errors.ts';
import type { OpenBusConnection } from './bus-connection.ts';
import { linkFailure, openBusLink, type BusLink } from './bus-link.ts';
import type { BusListener } from './bus.ts';
import { tellListener } from './tell-listener.ts';

export interface BusReceiverOptions {
  /** Of the store; errors begin with it. */
  readonly name: string;
  readonly open: OpenBusConnection;
  /** @default the clock of the system */
  readonly clock?: Clock;
  /** Spreads the attempts of many processes that lose the same server at once; from 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

/** The part of a bus that hears. */
export interface BusReceiver {
  /**
   * Resolves with the end of the subscription when the server has confirmed it; rejects when it cannot be reached. A listener
   * that subscribes twice is two subscriptions.
   */
  subscribe(channel: string, listener: BusListener): Promise<() => Promise<void>>;
  /** Ends the connection, within a second. Never rejects. */
  close(): Promise<void>;
}

interface Subscription {
  readonly listener: BusListener;
}

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 1000;

/**
 * Hears the messages of all channels over one connection, for stores whose server can end it: opens the connection when
 * somebody listens, asks it every 5 s whether it lives, and replaces it when it is lost, after 50 ms at first and a second at
 * most, for as long as somebody listens. Then it subscribes to all channels again and tells every listener of the `gap`.
 *
 * @example
 * const receiver = busReceiver({ name: 'myStore', open: ({ message, lost }) => connectTo(url, message, lost) });
 * const bus = { publish, subscribe: receiver.subscribe };
 */
export function busReceiver(options: BusReceiverOptions): BusReceiver {
  const { name, open, clock = systemClock, random = Math.random } = options;
  const backoff = createBackoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, random });
  const channels = new Map<string, Set<Subscription>>();
  let standing: BusLink | undefined;
  let opening: { readonly link: BusLink; readonly done: Promise<BusLink> } | undefined;
  let missed = false;
  let closed = false;
  let cancelRetry = (): void => undefined;

  const tellAll = (channel: string, tell: (listener: BusListener) => void): void => {
    for (const { listener } of [...(channels.get(channel) ?? [])])
      tellListener(channel, () => tell(listener));
  };

  const stand = async (link: BusLink): Promise<BusLink> => {
    try {
      await link.opened;
      if (channels.size > 0) await link.subscribe([...channels.keys()]);
      if (link.isOver()) throw linkFailure(name, 'was lost');
    } catch (error) {
      void link.end();
      throw error;
    } finally {
      opening = undefined;
    }
    standing = link;
    const gap = missed;
    missed = false;
    if (gap) for (const channel of [...channels.keys()]) tellAll(channel, (listener) => listener.gap());
    return link;
  };

  const linked = async (): Promise<BusLink> => {
    if (closed) throw new PerfError('MASTRA_PERF_CLOSED', `${name}: the store is closed`);
    if (standing) return standing;
    if (!opening) {
      const link = openBusLink(open, {
        name,
        clock,
        onMessage: (channel, text) => tellAll(channel, (listener) => listener.message(text)),
        onLost() {
          if (standing !== link) return;
          standing = undefined;
          missed = true;
          backoff.reset();
          tryAgain();
        },
      });
      opening = { link, done: stand(link) };
    }
    return opening.done;
  };

  const tryAgain = (): void => {
    cancelRetry();
    if (closed) return;
    cancelRetry = clock.after(backoff.next(), () => {
      if (channels.size > 0) linked().catch(tryAgain); // whoever uses the store hears of it by other ways
    });
  };

  const leave = async (channel: string, subscription: Subscription): Promise<void> => {
    const subscriptions = channels.get(channel);
    if (!subscriptions?.delete(subscription) || subscriptions.size > 0) return;
    channels.delete(channel);
    await standing?.unsubscribe(channel).catch(() => undefined); // nobody listens any more, whatever still comes
  };

  return {
    async subscribe(channel, listener) {
      const subscription = { listener };
      const subscriptions = channels.get(channel) ?? new Set();
      channels.set(channel, subscriptions.add(subscription));
      try {
        await (await linked()).subscribe([channel]);
      } catch (error) {
        await leave(channel, subscription);
        throw error;
      }
      return () => leave(channel, subscription);
    },
    async close() {
      closed = true;
      cancelRetry();
      channels.clear();
      const ending = [standing?.end(), opening?.link.end()];
      standing = undefined;
      await Promise.all(ending);
    },
  };
}
