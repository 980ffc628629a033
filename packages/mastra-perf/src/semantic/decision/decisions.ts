import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { createDecision, type Decision, type DecisionDeps } from './decision.ts';
import { readLearned, writeLearned } from './learned-text.ts';

/** Where what was learned is kept for other processes, and for after a restart. May reject: the store may be away. */
export interface LearnedStore {
  read(name: string): Promise<string | undefined>;
  /** Whether it stands now: not where somebody else has written meanwhile. */
  write(name: string, text: string): Promise<boolean>;
}

export interface DecisionsDeps {
  readonly clock: Clock;
  readonly random: () => number;
  /** Absent when this process is alone: it then learns for itself and forgets at its end. */
  readonly store: LearnedStore | undefined;
  readonly fault: (error: unknown) => void;
}

/** One decision for each group of calls: what is learned of one agent and embedding model says nothing about others. */
export interface Decisions {
  /** Resolves when it is known what was learned before, at once from the second time on. */
  of(group: string, maxErrorRate: DecisionDeps['maxErrorRate']): Promise<Decision>;
  /** Something was learned: it is shared a while later. */
  learned(): void;
  all(): Iterable<readonly [group: string, decision: Decision]>;
  flush(): Promise<void>;
  close(): void;
}

const MAX_GROUPS = 500;
const SHARE_MS = 5000;
/** A process that cannot read what was learned begins anew, and reads it when it has something to share. */
const READ_MS = 1000;

interface Group {
  readonly decision: Decision;
  readonly ready: Promise<void>;
}

export function createDecisions({ clock, random, store, fault }: DecisionsDeps): Decisions {
  const groups = new LRUCache<string, Group>({ max: MAX_GROUPS });
  const sharing = new Map<string, Promise<void>>();
  let cancel: (() => void) | undefined;
  let closed = false;

  const share = async (name: string): Promise<void> => {
    const decision = groups.peek(name)?.decision;
    if (!store || !decision?.isDirty()) return;
    const stored = await store.read(name);
    const merged = decision.merge(stored === undefined ? undefined : readLearned(stored));
    let stands = false;
    try {
      stands = await store.write(name, writeLearned(merged));
    } finally {
      if (!stands) {
        decision.unshare();
        learned();
      }
    }
  };
  /** One at a time for each group: two that share would count the same twice. */
  const shareNext = (name: string): Promise<void> => {
    const next = (sharing.get(name) ?? Promise.resolve())
      .then(() => share(name))
      .catch(learned) // the store's guard has told why; it is tried again
      .finally(() => sharing.get(name) === next && sharing.delete(name));
    sharing.set(name, next);
    return next;
  };
  const flush = async (): Promise<void> => {
    cancel?.();
    cancel = undefined;
    await Promise.all([...groups.keys()].map(shareNext));
  };

  const learned = (): void => {
    if (!store || closed) return;
    cancel ??= clock.after(SHARE_MS, () => {
      cancel = undefined;
      void flush();
    });
  };

  const begin = (name: string, maxErrorRate: number): Group => {
    const decision = createDecision({ maxErrorRate, random });
    const load = async (): Promise<void> => {
      const stored = await store?.read(name);
      if (stored === undefined) return;
      decision.merge(readLearned(stored));
      decision.unshare(); // what was learned while it was read
    };
    const ready = store ? withDeadline(clock, READ_MS, load).catch(fault) : Promise.resolve();
    const group = { decision, ready };
    groups.set(name, group);
    return group;
  };

  return {
    async of(group, maxErrorRate) {
      const { decision, ready } = groups.get(group) ?? begin(group, maxErrorRate);
      await ready;
      return decision;
    },
    learned,
    *all() {
      for (const [name, { decision }] of groups.entries()) yield [name, decision] as const;
    },
    flush,
    close() {
      closed = true;
      cancel?.();
    },
  };
}
