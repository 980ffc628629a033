/**
 * Why an operation has no answer: none came in time, the store refused it, the store is known to be down and was not asked,
 * or the plugin was closed.
 */
export type UnavailableReason = 'timeout' | 'error' | 'open' | 'closed';

const SAYS: Record<UnavailableReason, string> = {
  timeout: 'did not answer in time',
  error: 'failed',
  open: 'is down',
  closed: 'is closed',
};

/** What every operation of a guarded store rejects with, whatever has happened. Never leaves the plugin. */
export class StoreUnavailable extends Error {
  readonly reason: UnavailableReason;

  constructor(store: string, reason: UnavailableReason, operation?: string, cause?: unknown) {
    super(`store "${store}" ${SAYS[reason]}${operation === undefined ? '' : ` (${operation})`}`, { cause });
    this.name = 'StoreUnavailable';
    this.reason = reason;
  }
}
