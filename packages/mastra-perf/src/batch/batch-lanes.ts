import type { Clock } from '../base/clock.ts';

export interface LaneItem {
  readonly key: string;
  readonly tokens: number;
}

export interface LanesDeps<I> {
  readonly maxSize: number;
  readonly maxTokens: number;
  readonly maxWaitMs: number;
  readonly clock: Clock;
  /** Takes a batch: items of one key, in the order in which they came. */
  readonly send: (batch: readonly I[]) => void;
}

/** Items that wait for others of their key. */
export interface Lanes<I> {
  readonly waiting: number;
  add(item: I): void;
  /** Takes out one that has not been sent. */
  remove(item: I): void;
  /** Sends all. */
  flush(): void;
}

interface Lane<I> {
  readonly items: I[];
  tokens: number;
  readonly cancel: () => void;
}

export function createLanes<I extends LaneItem>({
  maxSize,
  maxTokens,
  maxWaitMs,
  clock,
  send,
}: LanesDeps<I>): Lanes<I> {
  const lanes = new Map<string, Lane<I>>();
  let waiting = 0;

  const close = (key: string, lane: Lane<I>): void => {
    lane.cancel();
    lanes.delete(key);
  };
  const sendOff = (key: string): void => {
    const lane = lanes.get(key);
    if (!lane) return;
    close(key, lane);
    waiting -= lane.items.length;
    send(lane.items);
  };
  const open = (key: string): Lane<I> => {
    const lane = {
      items: [],
      tokens: 0,
      cancel: clock.after(maxWaitMs, () => sendOff(key), 'keeps-alive'),
    };
    lanes.set(key, lane);
    return lane;
  };

  return {
    get waiting() {
      return waiting;
    },
    add(item) {
      const { key, tokens } = item;
      if ((lanes.get(key)?.tokens ?? 0) + tokens > maxTokens) sendOff(key);
      const lane = lanes.get(key) ?? open(key);
      lane.items.push(item);
      lane.tokens += tokens;
      waiting++;
      if (lane.items.length >= maxSize || lane.tokens >= maxTokens) sendOff(key);
    },
    remove(item) {
      const lane = lanes.get(item.key);
      const at = lane?.items.indexOf(item) ?? -1;
      if (!lane || at < 0) return;
      lane.items.splice(at, 1);
      lane.tokens -= item.tokens;
      waiting--;
      if (lane.items.length === 0) close(item.key, lane);
    },
    flush() {
      for (const key of [...lanes.keys()]) sendOff(key);
    },
  };
}
