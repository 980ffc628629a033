import type { Bus } from '../stores/bus.ts';
import type { Threads } from './recent.ts';

/** Tells other processes which threads were written to, and hears it of them. */
export interface ChangeNotes {
  wrote(threads: Threads): void;
}

const TOPIC = 'history';

export interface ChangeNotesDeps {
  readonly bus: Bus;
  /** Names the sender: what it says itself, it does not heed. */
  readonly senderId: string;
  readonly heard: (threads: Threads) => void;
  readonly fault: (where: string, error: unknown) => void;
}

export function createChangeNotes({ bus, senderId, heard, fault }: ChangeNotesDeps): ChangeNotes {
  const tellFault = (error: unknown): void => fault('storage.bus', error);
  const hear = (text: string): void => {
    const note = readNote(text);
    if (note?.from === senderId) return;
    heard(note?.threads ?? 'all'); // or something that only a later version understands
  };
  bus
    .subscribe(TOPIC, { message: hear, gap: () => heard('all') })
    .then(() => heard('all')) // for what was written before
    .catch(tellFault);
  return {
    wrote(threads) {
      if (threads.length === 0) return;
      bus.publish(TOPIC, JSON.stringify({ from: senderId, threads })).catch(tellFault);
    },
  };
}

function readNote(text: string): { readonly from: unknown; readonly threads: Threads } | undefined {
  let note: unknown;
  try {
    note = JSON.parse(text);
  } catch {
    return undefined; // the caller takes it for the worst that it could mean
  }
  if (typeof note !== 'object' || note === null || !('from' in note) || !('threads' in note))
    return undefined;
  const { from, threads } = note;
  const isList = Array.isArray(threads) && threads.every((id) => typeof id === 'string');
  return isList || threads === 'all' ? { from, threads } : undefined;
}
