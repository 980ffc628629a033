import type { Bus } from './bus.ts';
import {
  lastingSubscription,
  type LastingSubscription,
  type SubscriptionDeps,
} from './lasting-subscription.ts';

const PUBLISH_MS = 2_000;

/** A bus whose subscriptions outlive the times when it is not there. */
export interface GuardedBus extends Bus {
  /** To be called when the store is there again. */
  resume(): void;
  /** Passes on nothing from now on. */
  stop(): void;
}

export function guardedBus(deps: SubscriptionDeps): GuardedBus {
  const { bus, guard } = deps;
  const subscriptions = new Set<LastingSubscription>();
  return {
    publish: (topic, text) => guard.run('publish', PUBLISH_MS, () => bus.publish(topic, text)),
    async subscribe(topic, listener) {
      const subscription = lastingSubscription(topic, listener, deps);
      subscriptions.add(subscription);
      try {
        await subscription.begin();
      } catch (error) {
        subscriptions.delete(subscription);
        throw error;
      }
      return () => {
        subscriptions.delete(subscription);
        return subscription.end();
      };
    },
    resume() {
      for (const subscription of subscriptions) subscription.resume();
    },
    stop() {
      for (const subscription of subscriptions) subscription.deafen();
      subscriptions.clear();
    },
  };
}
