import type { Bus, BusListener } from '../stores/bus.ts';

/* A bus over a map, right unless it is asked for a mistake that an author could make. Imported only by tests. */

export const BUS_FLAWS = [
  'the publisher hears nothing',
  'only one subscriber hears a message',
  'messages arrive twice',
  'messages are delivered within publish',
  'messages arrive in another order',
  'topics are patterns',
  'the end of a subscription is ignored',
  'the end of a subscription ends all',
  'messages are trimmed',
  'messages are kept for who comes later',
  'a lost connection is not told',
] as const;

export type BusFlaw = (typeof BUS_FLAWS)[number];

/** Makes views of one place. */
export function flawedBus(flaw: string | undefined) {
  const subscribers = new Map<string, Array<{ readonly listener: BusListener; readonly view: object }>>();
  const kept = new Map<string, string[]>();
  const has = (some: BusFlaw): boolean => some === flaw;
  const topicOf = (topic: string): string =>
    has('topics are patterns') ? topic.replace(/[*?].*/s, '') : topic;

  const view = (): Bus => {
    const self = {};
    return {
      async publish(topic, text) {
        const listeners = [...(subscribers.get(topicOf(topic)) ?? [])];
        if (has('messages are kept for who comes later') && listeners.length === 0)
          kept.set(topic, [...(kept.get(topic) ?? []), text]);
        const said = has('messages are trimmed') ? text.trim() : text;
        const who = has('only one subscriber hears a message') ? listeners.slice(0, 1) : listeners;
        for (const subscriber of who) {
          if (has('the publisher hears nothing') && subscriber.view === self) continue;
          const deliver = (): void => {
            if (subscribers.get(topicOf(topic))?.includes(subscriber)) subscriber.listener.message(said);
          };
          if (has('messages are delivered within publish')) deliver();
          else if (has('messages arrive in another order') && said.length === 1) setImmediate(deliver);
          else queueMicrotask(deliver);
          if (has('messages arrive twice')) queueMicrotask(deliver);
        }
      },
      async subscribe(topic, listener) {
        const subscriber = { listener, view: self };
        subscribers.set(topicOf(topic), [...(subscribers.get(topicOf(topic)) ?? []), subscriber]);
        for (const text of kept.get(topic) ?? []) listener.message(text);
        return async () => {
          if (has('the end of a subscription is ignored')) return;
          const others = (subscribers.get(topicOf(topic)) ?? []).filter((one) => one !== subscriber);
          subscribers.set(topicOf(topic), has('the end of a subscription ends all') ? [] : others);
        };
      },
    };
  };
  return {
    view,
    breakConnection() {
      if (has('a lost connection is not told')) return;
      for (const { listener } of [...subscribers.values()].flat()) listener.gap();
    },
  };
}
