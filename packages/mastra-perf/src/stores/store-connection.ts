import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import type { PerfStore } from './perf-store.ts';
import { soleAttempt } from './sole-attempt.ts';

const CONNECT_MS = 2_000;
const CLOSE_MS = 2_000;
/** Long: to connect once more while the store still tries may be more than it can bear. */
const GIVE_UP_MS = 60_000;

/** A store from `connect()` to `close()`. What a store does later than it was given time for still counts. */
export interface StoreConnection {
  /** Whether it was connected once; from then on the store sees to it that it stays so. */
  isOpen(): boolean;
  isClosed(): boolean;
  /** Whether it is being connected for the first time, which may take longer than anybody waits for. */
  isOpening(): boolean;
  /** Connects, the first time; resolves when that has succeeded or failed. */
  first(): Promise<void>;
  /** Connects once more after a failure, and rejects with the next one. */
  again(): Promise<void>;
  /** Never rejects, and takes no longer than 2 s. */
  close(): Promise<void>;
}

export interface ConnectionListener {
  onConnectFailed(cause: unknown): void;
  onCloseFailed(cause: unknown): void;
}

export function storeConnection(
  store: PerfStore,
  clock: Clock,
  { onConnectFailed, onCloseFailed }: ConnectionListener,
): StoreConnection {
  let open = false;
  let closed = false;
  let firstAttempt: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  const attempt = soleAttempt(clock, GIVE_UP_MS, async () => {
    await store.connect();
    if (closed) void closeStore(); // when we closed what there was, this was not there yet
    else open = true;
  });
  const again = (): Promise<void> => withDeadline(clock, CONNECT_MS, attempt.join);
  const closeStore = (): Promise<void> =>
    withDeadline(clock, CLOSE_MS, () => store.close()).catch(onCloseFailed);

  return {
    isOpen: () => open,
    isClosed: () => closed,
    isOpening: () => !open && !closed && attempt.isUnderWay(),
    first: () => (firstAttempt ??= closed ? Promise.resolve() : again().catch(onConnectFailed)),
    again,
    close() {
      closed = true;
      return (closing ??= closeStore());
    },
  };
}
