import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import type { Asked } from './ask-items.ts';
import type { BatchMemory } from './batch-agent.ts';
import type { BatchItem } from './batch-item.ts';
import type { ExchangeTimes } from './exchange-times.ts';
import { storeExchanges, type Exchange } from './store-exchanges.ts';

export interface DeliverDeps {
  readonly clock: Clock;
  /** Milliseconds that storing may take. */
  readonly storeMs: number;
  readonly makeMessageId: () => string;
  readonly onStoreError: (error: unknown, threadId: string) => void;
}

/** Stores what was answered, thread by thread, and tells it then, whatever came of storing. Never rejects. */
export async function deliver<T>(
  asked: readonly Asked<T>[],
  memory: BatchMemory | undefined,
  times: ReadonlyMap<BatchItem<T>, ExchangeTimes>,
  { clock, storeMs, makeMessageId, onStoreError }: DeliverDeps,
): Promise<void> {
  const threads = new Map<string, { readonly item: BatchItem<T>; readonly raw: unknown }[]>();
  for (const { item, outcome } of asked) {
    if (typeof outcome === 'string' || item.isOver) continue;
    item.keep(outcome.value, outcome.confidence);
    const name = JSON.stringify([item.threadId, item.resource]);
    threads.set(name, [...(threads.get(name) ?? []), { item, raw: outcome.raw }]);
  }
  const exchangeOf = (item: BatchItem<T>, response: unknown): Exchange[] => {
    const at = times.get(item);
    return at ? [{ ...item, answerId: makeMessageId(), response, times: at }] : [];
  };
  await Promise.all(
    [...threads].map(async ([, thread]) => {
      try {
        const exchanges = thread.flatMap(({ item, raw }) => exchangeOf(item, raw));
        if (memory) await withDeadline(clock, storeMs, () => storeExchanges(memory, exchanges));
      } catch (error) {
        onStoreError(error, thread[0]?.item.threadId ?? '');
      }
      for (const { item } of thread) item.tell();
    }),
  );
}
