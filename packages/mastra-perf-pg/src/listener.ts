import type { BusListener } from 'mastra-perf';
import type { After } from './after.ts';
import { backoffMs } from './backoff.ts';
import { closedFailure, failure } from './failures.ts';
import { openLink, type Link } from './listener-link.ts';
import type { KeptClient } from './pool-source.ts';

/** Hears messages of all channels over one connection, which it replaces for as long as somebody listens. */
export interface Listener {
  /** Resolves with the end of the subscription when the server has confirmed it; rejects when it cannot be reached. */
  subscribe(channel: string, listener: BusListener): Promise<() => Promise<void>>;
  close(): void;
}

/** A listener that subscribes twice is two subscriptions. */
interface Subscription {
  readonly listener: BusListener;
}

export function createListener(
  open: () => Promise<KeptClient>,
  { after }: { readonly after: After },
): Listener {
  const channels = new Map<string, Set<Subscription>>();
  let standing: Link | undefined;
  let opening: { readonly link: Link; readonly done: Promise<Link> } | undefined;
  let missed = false;
  let closed = false;
  let cancelRetry = (): void => undefined;

  const everybody = (): BusListener[] =>
    [...channels.values()].flatMap((subscriptions) => [...subscriptions].map(({ listener }) => listener));

  const onMessage = (channel: string, text: string): void => {
    for (const { listener } of [...(channels.get(channel) ?? [])]) tell(() => listener.message(text));
  };

  const stand = async (link: Link): Promise<Link> => {
    try {
      await link.opened;
      if (channels.size > 0) await link.listen([...channels.keys()]);
      if (link.isOver()) throw failure('the connection for messages was lost');
    } catch (error) {
      link.end();
      throw error;
    } finally {
      opening = undefined;
    }
    standing = link;
    const gap = missed;
    missed = false;
    if (gap) for (const listener of everybody()) tell(() => listener.gap());
    return link;
  };

  const linked = async (): Promise<Link> => {
    if (closed) throw closedFailure();
    if (standing) return standing;
    if (!opening) {
      const link = openLink(open, {
        after,
        onMessage,
        onLost() {
          if (standing !== link) return;
          standing = undefined;
          missed = true;
          tryAgain(1);
        },
      });
      opening = { link, done: stand(link) };
    }
    return opening.done;
  };

  const tryAgain = (attempt: number): void => {
    cancelRetry();
    if (closed) return;
    cancelRetry = after(backoffMs(attempt), () => {
      if (channels.size === 0) return;
      linked().catch(() => tryAgain(attempt + 1)); // whoever uses the store hears of it by other ways
    });
  };

  const leave = async (channel: string, subscription: Subscription): Promise<void> => {
    const subscriptions = channels.get(channel);
    if (!subscriptions?.delete(subscription) || subscriptions.size > 0) return;
    channels.delete(channel);
    await standing?.unlisten(channel).catch(() => undefined); // nobody listens any more, whatever still comes
  };

  return {
    async subscribe(channel, listener) {
      const subscription = { listener };
      const subscriptions = channels.get(channel) ?? new Set();
      channels.set(channel, subscriptions.add(subscription));
      try {
        await (await linked()).listen([channel]);
      } catch (error) {
        await leave(channel, subscription);
        throw error;
      }
      return () => leave(channel, subscription);
    },
    close() {
      closed = true;
      cancelRetry();
      channels.clear();
      standing?.end();
      opening?.link.end();
      standing = undefined;
    },
  };
}

/** An error of a listener must not reach the others, nor the connection. */
function tell(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    process.emitWarning(`a listener of the bus threw: ${String(error)}`, {
      code: 'MASTRA_PERF_LISTENER',
      type: 'MastraPerfWarning',
    });
  }
}
