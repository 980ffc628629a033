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

/** The last notes. One that says the same as the newest takes its place, so that a flood does not wash away all others. */
export function createFeed(now: () => number, maxNotes: number = MAX_NOTES): Feed {
  const notes: Array<DashboardNote & Pick<NewNote, 'of'> & { readonly repeated: number }> = [];
  let id = 0;
  return {
    add(given) {
      const note = { ...given, text: cut(given.text) };
      const last = notes.findIndex((one) => one.kind === note.kind && isSame(one, note));
      const repeated = last >= 0 ? (notes.splice(last, 1)[0]?.repeated ?? 0) + 1 : 1;
      notes.push({ ...note, id: ++id, at: now(), repeated });
      if (notes.length > maxNotes) notes.shift();
    },
    notes: () =>
      notes.toReversed().map(({ repeated, of: _, ...note }) => ({
        ...note,
        text: repeated > 1 ? `${note.text} (${repeated} times)` : note.text,
      })),
  };
}

const isSame = (a: NewNote, b: NewNote): boolean =>
  (a.of ?? a.text) === (b.of ?? b.text) && a.agent === b.agent && a.model === b.model && a.level === b.level;

const cut = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
