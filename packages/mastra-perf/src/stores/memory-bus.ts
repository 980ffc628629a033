import type { Bus, BusListener } from './bus.ts';

/** Nothing is ever missed here: `gap` is not called. */
export function memoryBus(): Bus {
  // A listener that subscribes twice is two subscribers.
  const topics = new Map<string, Set<{ readonly listener: BusListener }>>();
  return {
    async publish(topic, text) {
      const subscribers = topics.get(topic);
      for (const subscriber of [...(subscribers ?? [])]) {
        queueMicrotask(() => {
          if (subscribers?.has(subscriber)) deliver(topic, text, subscriber.listener);
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

/** Nobody waits for a delivery: what a listener throws would end the process. */
function deliver(topic: string, text: string, listener: BusListener): void {
  try {
    listener.message(text);
  } catch (error) {
    process.emitWarning(`a listener of the bus threw at a message of topic '${topic}': ${String(error)}`, {
      code: 'MASTRA_PERF_LISTENER',
      type: 'MastraPerfWarning',
    });
  }
}
