import type { Bus, BusListener } from './bus.ts';
import { tellListener } from './tell-listener.ts';

/** Nothing is ever missed here: `gap` is not called. */
export function memoryBus(): Bus {
  // A listener that subscribes twice is two subscribers.
  const topics = new Map<string, Set<{ readonly listener: BusListener }>>();
  return {
    async publish(topic, text) {
      const subscribers = topics.get(topic);
      for (const subscriber of [...(subscribers ?? [])]) {
        queueMicrotask(() => {
          if (!subscribers?.has(subscriber)) return;
          tellListener(topic, () => subscriber.listener.message(text));
        });
      }
    },
    async subscribe(topic, listener) {
      const subscribers = topics.get(topic) ?? new Set();
      topics.set(topic, subscribers);
      const subscriber = { listener };
      subscribers.add(subscriber);
      return async () => {
        subscribers.delete(subscriber);
        if (subscribers.size === 0 && topics.get(topic) === subscribers) topics.delete(topic);
      };
    },
  };
}
