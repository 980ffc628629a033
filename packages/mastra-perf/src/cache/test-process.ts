import type { Background } from '../base/background.ts';
import type { PerfEvents } from '../events.ts';
import type { CacheStore } from '../stores/cache-store.ts';
import type { Middleware, ModelCall, Reply } from '../pipeline/call.ts';
import { compose } from '../pipeline/compose.ts';
import {
  answerOf,
  callOf,
  replyOf,
  testModel,
  textFrom,
  type Asked,
  type CallSettings,
} from '../pipeline/test-calls.ts';
import type { ResponseCache } from './response-cache.ts';
import { testCache, type TestCacheOptions } from './test-cache.ts';

/*
 * A process with a response cache and a model of its own. Imported only by tests.
 */

export interface TestProcessOptions extends Omit<TestCacheOptions, 'fault'> {
  /** What it says before the number of the answer. */
  readonly name?: string;
  /** By default the model says `<name> <number>`, counted from 0. */
  readonly respond?: (asked: Asked, index: number) => Reply | Promise<Reply>;
  /** What stands between the look-up and the place where answers are stored. */
  readonly between?: (around: {
    readonly cache: ResponseCache;
    readonly background: Background;
    readonly fault: (where: string, error: unknown) => void;
  }) => readonly Middleware[];
}

const EVENTS = ['stored', 'notStored', 'unreadable', 'staleIfError'] as const;

export function testProcess({
  name = 'answer',
  respond = (_asked, index) => replyOf(answerOf(`${name} ${index}`)),
  between = () => [],
  ...options
}: TestProcessOptions = {}) {
  const faults: Array<readonly [where: string, error: unknown]> = [];
  const fault = (where: string, error: unknown): void => void faults.push([where, error]);
  const { cache, clock, events, background } = testCache({ ...options, fault });
  const told: Array<readonly [name: keyof PerfEvents, event: unknown]> = [];
  for (const event of EVENTS) events.on(event, (given) => told.push([event, given]));
  const model = testModel(respond);
  const run = compose([cache.lookup, ...between({ cache, background, fault }), cache.fill], fault);
  const begin = (settings?: CallSettings): { readonly call: ModelCall; readonly reply: Promise<Reply> } => {
    const call = callOf(model, settings);
    return { call, reply: run(call) };
  };
  return {
    cache,
    clock,
    background,
    faults,
    told,
    model,
    begin,
    /** The text of the answer. */
    ask: (settings?: CallSettings): Promise<string> => textFrom(begin(settings).reply),
    /** The text, and how it was come by: `miss`, `hit l1`, `stale l2`. */
    async asks(settings?: CallSettings): Promise<readonly [text: string, how: string]> {
      const { call, reply } = begin(settings);
      const text = await textFrom(reply);
      const { name: outcome, tier } = call.facts.outcome;
      return [text, tier ? `${outcome} ${tier}` : outcome];
    },
  };
}

export type TestProcess = ReturnType<typeof testProcess>;

/** Operations of a store in the order in which they were asked for, `bus` included. */
export function recorded<S extends { readonly cache: CacheStore; readonly bus?: object }>(store: S) {
  const operations: string[] = [];
  const recording = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: readonly unknown[]): unknown => {
          operations.push(String(name));
          return Reflect.apply(member, target, args);
        };
      },
    });
  return {
    store: { ...store, cache: recording(store.cache), ...(store.bus && { bus: recording(store.bus) }) } as S,
    /** What was asked for since it was last looked at. */
    since: (): string[] => operations.splice(0),
  };
}

export const using = (overrides: NonNullable<CallSettings['overrides']>): CallSettings => ({ overrides });
