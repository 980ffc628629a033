import { chunks, REMEMBERED_US } from './mark-scripts.ts';
import type { Sender } from './sender.ts';

/** What was invalidated when, as far as it was asked. */
export interface Marks {
  /** Whether the tag was among those that were asked for. */
  knows(tag: string): boolean;
  /** Whether nothing was invalidated since; of the tags, all must be known. */
  isCurrent(stamp: number, tags: Iterable<string>): boolean;
}

/** Tags more than once are asked for once. */
export async function readMarks(sender: Sender, key: string, tags: Iterable<string>): Promise<Marks> {
  const distinct = [...new Set(tags)];
  // At least one question, for `born` and `clock`.
  const asked = distinct.length > 0 ? chunks(distinct) : [[]];
  const replies = await Promise.all(
    asked.map((some) => sender.send('hmget', key, 'born', 'clock', ...some.map((tag) => `t:${tag}`))),
  );
  const marks = new Map<string, number | undefined>();
  let floor = 0;
  for (const [index, reply] of replies.entries()) {
    const [born, clock, ...times] = reply as Array<string | null>;
    floor = Math.max(floor, born && clock ? Math.max(Number(born), Number(clock) - REMEMBERED_US) : Infinity);
    for (const [place, tag] of (asked[index] ?? []).entries()) {
      const time = times[place];
      marks.set(tag, time == null ? undefined : Number(time));
    }
  }
  const isLater = (stamp: number, mark: number | undefined): boolean => mark === undefined || stamp > mark;
  return {
    knows: (tag) => marks.has(tag),
    isCurrent: (stamp, tagsOfIt) =>
      stamp > floor && [...tagsOfIt].every((tag) => marks.has(tag) && isLater(stamp, marks.get(tag))),
  };
}

/** What either of them knows. */
export function mergeMarks(one: Marks, other: Marks): Marks {
  return {
    knows: (tag) => one.knows(tag) || other.knows(tag),
    isCurrent(stamp, tags) {
      const all = [...tags];
      const [known, rest] = [all.filter(one.knows), all.filter((tag) => !one.knows(tag))];
      return one.isCurrent(stamp, known) && other.isCurrent(stamp, rest);
    },
  };
}
