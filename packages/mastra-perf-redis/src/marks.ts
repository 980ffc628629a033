import { chunks, readHash, REMEMBERED_US } from './mark-scripts.ts';
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
  const replies = await Promise.all(asked.map((some) => readHash(sender, key, some)));
  const marks = new Map<string, number | undefined>();
  let floor = 0;
  let ceiling = 0;
  for (const [index, [born, clock, _life, ...times]] of replies.entries()) {
    floor = Math.max(floor, moment(born), moment(clock) - REMEMBERED_US);
    ceiling = Math.max(ceiling, moment(clock));
    for (const [place, tag] of (asked[index] ?? []).entries()) {
      const time = times[place];
      marks.set(tag, time == null ? undefined : moment(time));
    }
  }
  const isLater = (stamp: number, mark: number | undefined): boolean => mark === undefined || stamp > mark;
  return {
    knows: (tag) => marks.has(tag),
    isCurrent: (stamp, tagsOfIt) =>
      stamp > floor &&
      stamp <= ceiling &&
      [...tagsOfIt].every((tag) => marks.has(tag) && isLater(stamp, marks.get(tag))),
  };
}

/** What is no moment counts as later than everything: nothing is served on the word of a spoiled hash. */
function moment(text: string | null | undefined): number {
  const value = text == null || text === '' ? Number.NaN : Number(text);
  return Number.isSafeInteger(value) && value >= 0 ? value : Infinity;
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
