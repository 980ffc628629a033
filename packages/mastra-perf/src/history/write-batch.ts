import type { Item, Lane } from './write-lane.ts';

export interface BatchLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** Whether a write may hold messages of several threads. */
  readonly joins: boolean;
}

/** What a write holds of one thread. */
export interface Part<M> {
  readonly lane: Lane<M>;
  /** The first ones of the lane. They stay there until they are written or lost. */
  readonly items: ReadonlyArray<Item<M>>;
}

/**
 * What goes into the next write: of each lane in turn as much as there is room for. A message too large for any write goes in
 * one of its own. Lanes whose first message is blocked leave `ready`.
 */
export function nextBatch<M extends { readonly id: string }>(
  ready: Set<Lane<M>>,
  limits: BatchLimits,
  isAllowed: (lane: Lane<M>) => boolean,
): Array<Part<M>> {
  const parts: Array<Part<M>> = [];
  let messages = limits.maxMessages;
  let bytes = limits.maxBytes;
  for (const lane of ready) {
    const isFirst = parts.length === 0;
    if (!isAllowed(lane) || (!isFirst && lane.isAlone)) continue;
    if (lane.items[0]?.after) {
      ready.delete(lane); // it comes back when the other message is written
      continue;
    }
    const items = firstOf(lane, Math.min(lane.limit, messages), isFirst, bytes);
    if (items.length === 0) break;
    parts.push({ lane, items });
    messages -= items.length;
    for (const item of items) bytes -= item.bytes;
    if (lane.isAlone || !limits.joins) break;
  }
  return parts;
}

function firstOf<M extends { readonly id: string }>(
  lane: Lane<M>,
  count: number,
  isFirst: boolean,
  bytes: number,
): Array<Item<M>> {
  // A message that is saved twice goes in two writes: within one, stores differ in what they make of it.
  const ids = new Set<string>();
  const items: Array<Item<M>> = [];
  let left = bytes;
  for (const item of lane.items) {
    if (items.length >= count || item.after || ids.has(item.message.id)) break;
    left -= item.bytes;
    if (left < 0 && !(isFirst && items.length === 0)) break;
    ids.add(item.message.id);
    items.push(item);
  }
  return items;
}
