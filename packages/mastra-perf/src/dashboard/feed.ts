import type { DashboardNote } from './dashboard-data.ts';

export type NewNote = Omit<DashboardNote, 'id' | 'at'> & {
  /** What it tells of, where texts of the same differ: the last one stands. */
  readonly of?: string;
};

export interface Feed {
  add(note: NewNote): void;
  /** The newest first. */
  notes(): readonly DashboardNote[];
}

const MAX_NOTES = 100;
const MAX_TEXT = 300;

interface Kept {
  readonly note: DashboardNote;
  /** Of notes that tell of the same. */
  readonly subject: string;
  readonly repeated: number;
}

/** The last notes. One that tells of the same as a former one takes its place, so that a flood does not wash away all others. */
export function createFeed(now: () => number, maxNotes: number = MAX_NOTES): Feed {
  const kept: Kept[] = [];
  let id = 0;
  return {
    add({ of, ...given }) {
      const text = cut(given.text);
      const subject = JSON.stringify([given.kind, given.level, given.agent, given.model, of ?? text]);
      const last = kept.findIndex((one) => one.subject === subject);
      const repeated = last >= 0 ? (kept.splice(last, 1)[0]?.repeated ?? 0) + 1 : 1;
      kept.push({ note: { ...given, text, id: ++id, at: now() }, subject, repeated });
      if (kept.length > maxNotes) kept.shift();
    },
    notes: () =>
      kept.toReversed().map(({ note, repeated }) => ({
        ...note,
        text: repeated > 1 ? `${note.text} (${repeated} times)` : note.text,
      })),
  };
}

const cut = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
