import type { DuplicateOptions } from './redis-client.ts';

/**
 * The connection for messages makes one attempt and subscribes to nothing by itself: it is replaced when it is lost, and
 * then the subscribers are told that there was a gap.
 */
export const subscriberOptions: DuplicateOptions = {
  lazyConnect: true,
  retryStrategy: () => null,
  sentinelRetryStrategy: () => null,
  connectTimeout: 2000,
  disconnectTimeout: 250,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  readOnly: false,
  keyPrefix: '',
};
