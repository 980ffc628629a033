import type { Bus, BusListener } from '../stores/bus.ts';
import type { CacheStore } from '../stores/cache-store.ts';
import type { PerfStore } from '../stores/perf-store.ts';

/*
 * One store as several processes see it, each over a connection of its own: what they ask, what they are answered and what
 * they tell each other waits until a test lets it go on, in whatever order. Imported only by tests.
 */

/** Something on its way. */
export interface Gate {
  readonly process: number;
  readonly operation: string;
  /** It arrives. */
  open(): void;
  /** It is lost: what was asked is not done, what was done is not told. Not for a message. */
  fail?(): void;
  /** Whoever asked waits no longer, but the request arrives later all the same. */
  giveUp?(): void;
}

/** Of whole connections, or of some requests only. */
export type CutOff = 'nothing' | 'everything' | 'all answers' | 'invalidations' | 'checks' | 'stamps';

const LOST: Record<CutOff, (operation: string) => 'request' | 'answer' | undefined> = {
  nothing: () => undefined,
  everything: () => 'request',
  'all answers': () => 'answer',
  invalidations: (operation) => (/^(invalidateTags|clear)$/.test(operation) ? 'request' : undefined),
  checks: (operation) => (operation === 'areCurrent' ? 'request' : undefined),
  stamps: (operation) => (operation === 'stamp' ? 'request' : undefined),
};

export interface GatedStore {
  readonly gates: readonly Gate[];
  /** The store for one process. */
  of(process: number): { readonly cache: CacheStore; readonly bus: Bus };
  /** What it asks from now on fails: it is not done, or it is done and not told. */
  cutOff(process: number, what: CutOff): void;
  letIn(process: number): void;
  /** Messages no longer arrive. */
  disconnect(process: number): void;
  /** Messages arrive again; those of the meantime are lost. */
  reconnect(process: number): void;
  isConnected(process: number): boolean;
}

export interface Watch {
  /** The store does what it was asked to. */
  readonly onDone: (operation: string, args: readonly unknown[]) => void;
  /** A process was told something by another one. */
  readonly onMessage: (process: number, topic: string, text: string) => void;
}

const OPERATIONS = [
  'getMany',
  'setMany',
  'delete',
  'invalidateTags',
  'clear',
  'stamp',
  'areCurrent',
] as const;

export function gatedStore(store: PerfStore, { onDone, onMessage }: Watch): GatedStore {
  const gates: Gate[] = [];
  const deaf = new Set<number>();
  const cut = new Map<number, CutOff>();
  const subscribers: Array<{ readonly process: number; readonly topic: string; listener: BusListener }> = [];

  const wait = (gate: Gate): void => void gates.push(gate);
  const over = (gate: Gate): void => {
    const at = gates.indexOf(gate);
    if (at >= 0) gates.splice(at, 1);
  };

  /** Two gates: the request on its way, then the answer on its way. */
  const pass = <T>(process: number, operation: string, work: () => Promise<T>): Promise<T> => {
    const reply = Promise.withResolvers<T>();
    const lost = (): void => reply.reject(new Error(`${operation} failed`));
    const how = LOST[cut.get(process) ?? 'nothing'](operation);
    if (how) {
      if (how === 'answer') void work();
      lost();
      return reply.promise;
    }
    const answer = (result: Promise<T>): Gate => ({
      process,
      operation: `answer of ${operation}`,
      open: () => reply.resolve(result),
      fail: lost,
    });
    const request: Gate = {
      process,
      operation,
      open: () => wait(closing(answer(work()))),
      fail: lost,
      giveUp: lost,
    };
    wait(closing(request));
    return reply.promise;
  };
  /** A gate that is gone once it was used. */
  const closing = ({ process, operation, open, fail, giveUp }: Gate): Gate => {
    const gate: Gate = {
      process,
      operation,
      open: () => (over(gate), open()),
      ...(fail && { fail: () => (over(gate), fail()) }),
      ...(giveUp && { giveUp }),
    };
    return gate;
  };

  const cacheOf = (process: number): CacheStore =>
    Object.fromEntries(
      OPERATIONS.map((operation) => [
        operation,
        (...args: readonly unknown[]) =>
          pass(process, operation, () => {
            onDone(operation, args);
            return (store.cache[operation] as (...given: readonly unknown[]) => Promise<unknown>)(...args);
          }),
      ]),
    ) as unknown as CacheStore;

  const deliverLater = (from: number, topic: string, text: string): void => {
    for (const subscriber of subscribers) {
      const { process } = subscriber;
      if (subscriber.topic !== topic || deaf.has(process)) continue;
      const open = (): void => {
        if (process !== from) onMessage(process, topic, text);
        subscriber.listener.message(text);
      };
      wait(closing({ process, operation: 'message', open }));
    }
  };
  const busOf = (process: number): Bus => ({
    publish: (topic, text) => pass(process, 'publish', async () => deliverLater(process, topic, text)),
    async subscribe(topic, listener) {
      subscribers.push({ process, topic, listener });
      return async () => undefined;
    },
  });

  return {
    gates,
    cutOff: (process, what) => void cut.set(process, what),
    letIn: (process) => void cut.delete(process),
    of: (process) => ({ cache: cacheOf(process), bus: busOf(process) }),
    disconnect(process) {
      deaf.add(process);
      for (const gate of [...gates]) if (gate.process === process && gate.operation === 'message') over(gate);
    },
    reconnect: (process) => void deaf.delete(process),
    isConnected: (process) => !deaf.has(process),
  };
}
