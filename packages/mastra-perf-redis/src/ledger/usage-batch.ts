import { intervalStart, type LedgerEntry } from 'mastra-perf';
import { memberOf, type LedgerKeys } from './ledger-keys.ts';
import { folded, packGroup } from './usage-groups.ts';
import { INTERVALS } from './usage-scripts.ts';

/** What a script is given to record. Things are named by their places in lists, which in Lua begin with 1. */
export interface UsageBatch {
  readonly keys: readonly string[];
  readonly json: Buffer;
}

/** Each text once, in the order in which they came. */
function placesOf(texts: string[]): (text: string) => number {
  const places = new Map(texts.map((text, index) => [text, index + 1]));
  return (text) => {
    const place = places.get(text) ?? texts.push(text);
    places.set(text, place);
    return place;
  };
}

export function usageBatch(entries: readonly LedgerEntry[], keys: LedgerKeys): UsageBatch {
  const allKeys = INTERVALS.map(keys.starts);
  const names: string[] = [];
  /** The group, and the place of the one that it is folded into. */
  const groups: Array<[group: string, other: number]> = [];
  /** The place of its key, of its length, and its begin. */
  const buckets: Array<[key: number, interval: number, start: number]> = [];
  const [keyAt, nameAt, groupTextAt, bucketKeyAt] = [
    placesOf(allKeys),
    placesOf(names),
    placesOf([]),
    placesOf([]),
  ];

  const groupAt = (group: LedgerEntry['group']): number => {
    const text = packGroup(group);
    const place = groupTextAt(text);
    if (groups.length >= place) return place;
    groups.push([text, place]);
    const other = groupAt(folded(group));
    groups[place - 1] = [text, other];
    return place;
  };
  const bucketsOf = (at: number): number[] =>
    INTERVALS.map((interval, index) => {
      const start = intervalStart(at, interval);
      const key = keys.sums(interval, start);
      const place = bucketKeyAt(key);
      if (buckets.length < place) buckets.push([keyAt(key), index + 1, start]);
      return place;
    });

  const ids: Array<[key: number, ids: string[]]> = [];
  const lists = placesOf([]);
  const seen = new Set<string>();

  /** The place of the list, and in it; nothing for an id that stands in the batch already. */
  const idAt = ({ id, at }: LedgerEntry): [list: number, place: number] | undefined => {
    const minute = intervalStart(at, 'minute');
    const key = keys.ids(minute);
    const list = lists(key);
    const [, members] = (ids[list - 1] ??= [keyAt(key), []]);
    const member = `${at - minute}${memberOf(id)}`;
    const known = seen.size;
    return seen.add(`${list} ${member}`).size > known ? [list, members.push(member)] : undefined;
  };
  const rows = entries.flatMap((entry) => {
    const idPlaces = idAt(entry);
    if (!idPlaces) return [];
    const counts = Object.entries(entry.counts).flatMap(([name, count]) =>
      count > 0 ? [nameAt(JSON.stringify(name)), count] : [],
    );
    return [[...idPlaces, groupAt(entry.group), bucketsOf(entry.at), counts]];
  });
  const batch = { names, groups, buckets, ids, entries: rows };
  return { keys: allKeys, json: Buffer.from(JSON.stringify(batch)) };
}
