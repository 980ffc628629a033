import { END_OF_TIME, intervalStart } from '../stores/ledger-intervals.ts';
import type { Ledger, LedgerEntry, LedgerQuery, LedgerRow } from '../stores/ledger.ts';

/* Entries in a list, added up when somebody asks; right unless a mistake is asked for. Imported only by tests. */

export const USAGE_FLAWS = [
  'an entry counts each time it is sent',
  'an entry counts twice that stands in a list twice',
  'a list is known again only as a whole',
  'a list is known by its first entry',
  'ids are known to one process only',
  'ids are looked at before others have written',
  'half of a list is recorded when the rest is refused',
  'ids of a list that is refused are taken for recorded',
  'any number is recorded',
  'only a hundred entries of a list are recorded',
  'no list is a mistake',
  'entries are recorded by one process for itself',
  'entries are not copied',
  'sums have the precision of a float',
  'ids do not tell capitals apart',
  'names of a group are joined',
  'names of a group are told in their order',
  'names are those of objects',
  'values of a group are trimmed',
  'groups that lack a name are left out',
  'a missing name is an empty one',
  'only the first name makes rows',
  'a report has a row of nothing',
  'the minute of "from" is left out',
  'the minute of "to" is left out',
  'what begins at "to" is counted',
  'months have 30 days',
  'each year has 365 days',
  'days begin at midnight of Berlin',
  'rows have no begin',
  'rows begin with "from"',
  'the last interval is left out',
  'only the last year is counted',
  'conditions are ignored',
  'only the first condition counts',
  'one condition is enough',
  'a condition counts only where it makes rows',
  'what lacks a name has every value of it',
  'conditions are looked for in the text of a group',
  'a report shows what a list has recorded so far, and loses it when others write',
] as const;

export type UsageFlaw = (typeof USAGE_FLAWS)[number];

/** Makes views of one place. */
export function flawedUsage(flaw: string | undefined): () => Pick<Ledger, 'record' | 'report'> {
  const has = (some: UsageFlaw): boolean => some === flaw;
  const place = { entries: [] as LedgerEntry[], ids: new Set<string>() };
  let reports = 0;

  const startOf = (at: number, interval: NonNullable<LedgerQuery['interval']>): number => {
    const days = (length: number): number => at - (at % (length * 86_400_000));
    if (interval === 'month' && has('months have 30 days')) return days(30);
    if (interval === 'month' && has('each year has 365 days'))
      return intervalStart(withoutLeapDay(at), 'month');
    if (interval === 'day' && has('days begin at midnight of Berlin'))
      return intervalStart(at + 3_600_000, 'day') - 3_600_000;
    return intervalStart(at, interval);
  };
  const idOf = ({ id, at }: LedgerEntry): string =>
    `${at} ${has('ids do not tell capitals apart') ? id.toLowerCase() : id}`;
  const isWrong = (value: number): boolean => !Number.isSafeInteger(value) || value < 0;
  const check = ({ at, counts }: LedgerEntry): void => {
    if (has('any number is recorded')) return;
    if (isWrong(at) || Object.values(counts).some(isWrong)) throw new RangeError('that is no number');
  };
  const keyOf = (group: LedgerEntry['group'], by: readonly string[]): string => {
    const parts = [...new Set(by)].map((name) => [name, group[name]] as const);
    if (has('names of a group are joined')) return parts.map(([, value]) => value).join(':');
    return JSON.stringify(parts);
  };
  const rowGroup = (group: LedgerEntry['group'], by: readonly string[]): LedgerRow['group'] => {
    if (has('names are those of objects')) {
      const plain: Record<string, string> = {};
      for (const name of by) if (group[name] !== undefined) plain[name] = group[name];
      return plain;
    }
    const value = (name: string): string | undefined => {
      const own = Object.hasOwn(group, name) ? group[name] : undefined;
      if (has('a missing name is an empty one')) return own ?? '';
      return has('values of a group are trimmed') ? own?.trim() : own;
    };
    return Object.fromEntries(
      by.flatMap((name) => {
        const own = value(name);
        return own === undefined ? [] : [[name, own]];
      }),
    );
  };
  const isWanted = ({ group }: LedgerEntry, { by, where = {} }: LedgerQuery): boolean => {
    const all = Object.entries(where);
    const holds = ([name, value]: [string, string]): boolean => {
      if (has('a condition counts only where it makes rows') && !by.includes(name)) return true;
      if (has('what lacks a name has every value of it') && !Object.hasOwn(group, name)) return true;
      if (has('conditions are looked for in the text of a group'))
        return JSON.stringify(Object.entries(group)).includes(JSON.stringify([name, value]));
      return Object.hasOwn(group, name) && group[name] === value;
    };
    if (has('conditions are ignored')) return true;
    if (has('one condition is enough')) return all.length === 0 || all.some(holds);
    return (has('only the first condition counts') ? all.slice(0, 1) : all).every(holds);
  };
  const isWithin = ({ at }: LedgerEntry, { from, to, interval = 'minute' }: LedgerQuery): boolean => {
    const start = startOf(at, interval);
    if (has('only the last year is counted') && at < Math.min(to, END_OF_TIME) - 366 * 86_400_000)
      return to > END_OF_TIME ? at > 1_700_000_000_000 : false;
    const first = has('the minute of "from" is left out') ? from : startOf(Math.max(0, from), interval);
    if (has('the minute of "to" is left out') && !(start < startOf(to, interval))) return false;
    if (has('the last interval is left out') && interval !== 'minute' && at + 3_600_000 > to) return false;
    return start >= first && (has('what begins at "to" is counted') ? start <= to : start < to && from < to);
  };

  return () => {
    const view = has('entries are recorded by one process for itself')
      ? { entries: [] as LedgerEntry[], ids: new Set<string>() }
      : place;
    const ids = has('ids are known to one process only') ? new Set<string>() : view.ids;
    const isKnown = (entry: LedgerEntry): boolean =>
      ids.has(idOf(entry)) && !has('an entry counts each time it is sent');
    const write = (entry: LedgerEntry): void => {
      ids.add(idOf(entry));
      view.entries.push(has('entries are not copied') ? entry : structuredClone(entry));
    };
    return {
      async record(given) {
        if (has('no list is a mistake') && given.length === 0) throw new Error('syntax error');
        const list = has('only a hundred entries of a list are recorded') ? given.slice(0, 100) : given;
        const isOneByOne = has('half of a list is recorded when the rest is refused');
        for (const entry of list) {
          if (has('ids of a list that is refused are taken for recorded')) ids.add(idOf(entry));
          check(entry);
          if (isOneByOne && !isKnown(entry)) write(entry);
        }
        if (has('a list is known by its first entry') && list[0] && isKnown(list[0])) return;
        if (has('a list is known again only as a whole')) {
          const whole = JSON.stringify(list.map(idOf));
          if (!ids.has(whole)) view.entries.push(...structuredClone(list));
          ids.add(whole);
          return;
        }
        const before = new Set(list.filter(isKnown));
        if (has('ids are looked at before others have written')) await undefined;
        const late = has('an entry counts twice that stands in a list twice');
        const early = late || has('ids are looked at before others have written');
        const inList = new Set<string>();
        for (const entry of list) {
          const isTwice = !late && inList.has(idOf(entry));
          inList.add(idOf(entry));
          if (early ? !before.has(entry) && !isTwice : !isKnown(entry)) write(entry);
        }
      },
      async report(query) {
        const by = has('only the first name makes rows') ? query.by.slice(0, 1) : query.by;
        const rows = new Map<string, LedgerRow & { readonly counts: Record<string, number> }>();
        const loses = has('a report shows what a list has recorded so far, and loses it when others write');
        const entries = loses && ++reports % 3 === 0 ? view.entries.slice(5) : view.entries;
        for (const entry of entries.filter((one) => isWithin(one, query) && isWanted(one, query))) {
          if (has('groups that lack a name are left out') && by.some((name) => !(name in entry.group)))
            continue;
          const group = rowGroup(entry.group, by);
          const start = query.interval && {
            start: has('rows begin with "from"') ? query.from : startOf(entry.at, query.interval),
          };
          const order = has('names of a group are told in their order')
            ? Object.keys(entry.group).filter((name) => by.includes(name))
            : by;
          const key = `${start?.start} ${keyOf(group, order)}`;
          const row = rows.get(key) ?? { group, ...(has('rows have no begin') ? {} : start), counts: {} };
          rows.set(key, row);
          addTo(row.counts, entry.counts, has);
        }
        const found = [...rows.values()];
        return has('a report has a row of nothing') && found.length === 0 && by.length === 0
          ? [{ group: {}, counts: {} }]
          : found;
      },
    };
  };
}

function addTo(
  counts: Record<string, number>,
  more: LedgerEntry['counts'],
  has: (flaw: UsageFlaw) => boolean,
): void {
  for (const [name, count] of Object.entries(more)) {
    const sum = ((Object.hasOwn(counts, name) && counts[name]) || 0) + count;
    const value = has('sums have the precision of a float') ? Math.fround(sum) : sum;
    Object.defineProperty(counts, name, { value, enumerable: true, configurable: true, writable: true });
  }
}

const withoutLeapDay = (at: number): number => {
  const date = new Date(at);
  return date.getUTCMonth() === 1 && date.getUTCDate() === 29 ? at + 86_400_000 : at;
};
