import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { acrossProcesses } from '../coalesce/across.ts';
import { coalesce } from '../coalesce/coalesce.ts';
import { createReleases } from '../coalesce/releases.ts';
import { upstreamModel, type Upstream } from '../coalesce/test-upstreams.ts';
import type { ModelCall } from '../pipeline/call.ts';
import { compose } from '../pipeline/compose.ts';
import { answerOf, callOf, textFrom, type CallSettings } from '../pipeline/test-calls.ts';
import { memoryStoreOn } from '../stores/memory-store.ts';
import type { InvalidateSelector } from './names.ts';
import { testCache } from './test-cache.ts';
import { gatedStore } from './test-gated-store.ts';
import {
  anySteps,
  PROCESSES,
  QUESTIONS,
  type Mode,
  type Question,
  type Step,
  type Target,
} from './test-invalidation-steps.ts';

vi.setConfig({ testTimeout: 300_000 });

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

/*
 * The world changes with every invalidation, and every answer of the model tells the state of the world at the moment when
 * it was asked for. Requests to the store, its answers and the messages arrive in any order, late, or never. Whoever asks
 * must not be told of a world that was taken away before he came: in the process that took it away from that moment on, in
 * others once they were told, or have caught up.
 */

const SETTINGS = { ttl: 60_000, staleWhileRevalidate: 30_000, staleIfError: 60_000 };

const requestOf = ({ text, agent }: Question): CallSettings => ({
  caller: { agent },
  request: { prompt: [{ role: 'user', content: [{ type: 'text', text }] }] },
});
const keyOf = (question: Question): string =>
  callOf({ invoke: () => Promise.reject(new Error('not asked')) }, requestOf(question)).key();
/** Said here once more, so that a name that the cache forgets is missed. */
const namesOf = (question: Question, tags: readonly string[]): string[] => [
  `agent:${question.agent}`,
  `key:${keyOf(question)}`,
  ...tags.map((tag) => `tag:${tag}`),
];

/** What the state of the world must at least be, by what is asked about. */
class Needs {
  readonly #names = new Map<string, number>();
  #all = 0;

  raise(names: readonly string[] | 'all', to: number): void {
    if (names === 'all') this.#all = Math.max(this.#all, to);
    else for (const name of names) this.#names.set(name, Math.max(this.#names.get(name) ?? 0, to));
  }
  raiseAll(others: Needs): void {
    this.raise('all', others.#all);
    for (const [name, to] of others.#names) this.raise([name], to);
  }
  of(names: readonly string[]): number {
    return Math.max(this.#all, ...names.map((name) => this.#names.get(name) ?? 0));
  }
  copy(): Needs {
    const copy = new Needs();
    copy.raiseAll(this);
    return copy;
  }
}

interface Asked {
  readonly call: ModelCall;
  readonly names: readonly string[];
  /** What its process knew when it came. */
  readonly needs: Needs;
  result?: { readonly text: string } | { readonly error: unknown };
}

function stage() {
  const clock = testClock();
  const store = memoryStoreOn(clock);
  let world = 0;
  let slow = 'nothing';
  /** Of every invalidation that was ever asked for. */
  const latest = new Needs();
  /** Of those that the store has done. */
  const done = new Needs();
  const faults: unknown[] = [];
  const fault = (where: string, error: unknown): void => void faults.push([where, error]);
  const asked: Asked[] = [];
  const lines: Array<Upstream & { readonly text: string; over: boolean }> = [];

  const gated = gatedStore(store, {
    onDone(operation, [names]) {
      if (operation === 'clear') done.raise('all', world);
      if (operation === 'invalidateTags') done.raise(names as readonly string[], world);
    },
    onMessage(to, topic, text) {
      if (topic !== 'cache') return;
      const note = JSON.parse(text) as { names?: string[]; all?: true };
      // It was done before it was told, and from now on whatever is older is out of reach.
      if (note.all) processes[to]!.needs.raiseAll(done);
      for (const name of note.names ?? []) processes[to]!.needs.raise([name], done.of([name]));
    },
  });

  const start = (index: number) => {
    const { cache: shared, bus } = gated.of(index);
    const { cache, background } = testCache({
      clock,
      fault,
      settings: SETTINGS,
      store: { cache: shared, bus, leases: store.leases },
    });
    const releases = createReleases(bus);
    const settingsOf = () => ({});
    const run = compose(
      [
        cache.lookup,
        coalesce({ ...cache, clock, settingsOf, apartByTags: true }),
        acrossProcesses({ ...cache, clock, releases, background, settingsOf, leases: store.leases!, fault }),
        cache.fill,
      ],
      fault,
    );
    return { cache, run, releases, needs: new Needs() };
  };
  const processes = Array.from({ length: PROCESSES }, (_, index) => start(index));

  const ask = (index: number, question: Question, tags: readonly string[], mode: Mode): void => {
    const { run, needs } = processes[index]!;
    const names = namesOf(question, tags);
    const model = upstreamModel();
    const invoke: ModelCall['invoke'] = (request, method) => {
      const reply = model.invoke(request, method);
      const text = JSON.stringify({ world, names });
      lines.push(Object.assign(model.upstreams.at(-1)!, { text, over: false }));
      return reply;
    };
    const call = callOf({ invoke }, { ...requestOf(question), overrides: { tags, cache: mode } });
    const one: Asked = { call, names, needs: needs.copy() };
    asked.push(one);
    textFrom(run(call)).then(
      (text) => (one.result = { text }),
      (error: unknown) => (one.result = { error }),
    );
  };

  const invalidate = (index: number, target: Target): void => {
    const { cache, needs } = processes[index]!;
    const [{ agent }] = QUESTIONS;
    const key = keyOf(QUESTIONS[0]);
    world++;
    const taken = (names: readonly string[] | 'all', taking: Promise<void>): void => {
      for (const some of [needs, latest]) some.raise(names, world);
      taking.catch(() => undefined); // the store is cut off
    };
    const by = (name: string, selector: InvalidateSelector): void =>
      taken([name], cache.invalidate(selector));
    if (target === 'all') taken('all', cache.clear());
    else if (target === 'agent') by(`agent:${agent}`, { agent });
    else if (target === 'key') by(`key:${key}`, { key });
    else
      taken(
        target.map((tag) => `tag:${tag}`),
        cache.invalidate({ tags: target }),
      );
  };

  const unanswered = () => lines.filter((line) => !line.over && !line.signal.aborted);
  const finish = (line: (typeof lines)[number]): void => {
    line.over = true;
    line.finish(...answerOf(line.text));
  };
  const flow = async (rounds: number): Promise<void> => {
    for (let round = 0; round < rounds && gated.gates.length > 0; round++) {
      for (const gate of [...gated.gates]) if (gate.operation !== slow) gate.open();
      await settled();
    }
  };
  const serve = async (rounds: number): Promise<void> => {
    await flow(rounds);
    for (const line of unanswered()) finish(line);
    await flow(rounds);
  };
  const reconnect = (index: number): void => {
    if (gated.isConnected(index)) return;
    gated.reconnect(index);
    const { cache, needs } = processes[index]!;
    const missed = done.copy();
    void cache.catchUp().then(() => needs.raiseAll(missed));
  };
  const refuse = (line: (typeof lines)[number]): void => {
    line.over = true;
    line.refuse(Object.assign(new Error('overloaded'), { statusCode: 503 }));
  };

  const perform = async (step: Step): Promise<void> => {
    const some = <T>(of: readonly T[]): T | undefined =>
      'which' in step ? of[step.which % of.length] : undefined;
    const gate = some(gated.gates);
    const line = some(unanswered());
    if (step.do === 'ask') ask(step.process, QUESTIONS[step.question]!, step.tags, step.mode);
    else if (step.do === 'invalidate') invalidate(step.process, step.target);
    else if (step.do === 'open') gate?.open();
    else if (step.do === 'fail') gate?.fail?.();
    else if (step.do === 'give up') gate?.giveUp?.();
    else if (step.do === 'flow') await flow(step.rounds);
    else if (step.do === 'serve') await serve(step.rounds);
    else if (step.do === 'slow') slow = step.operation;
    else if (step.do === 'cut off') gated.cutOff(step.process, step.what);
    else if (step.do === 'disconnect') gated.disconnect(step.process);
    else if (step.do === 'reconnect') reconnect(step.process);
    else if (step.do === 'advance') clock.advance(step.ms);
    else if (line && step.do === 'finish') finish(line);
    else if (line) refuse(line);
    await settled();
  };

  /** Everything is well again, and goes on until nobody waits and nothing is left to be done. */
  const conclude = async (): Promise<void> => {
    slow = 'nothing';
    for (let index = 0; index < PROCESSES; index++) {
      gated.cutOff(index, 'nothing');
      reconnect(index);
    }
    for (let round = 0; round < 3 || asked.some(({ result }) => result === undefined); round++) {
      expect(round, 'everybody is answered in time').toBeLessThan(40);
      await serve(20);
      clock.advance(1000);
      await settled();
    }
    await serve(20);
  };

  const check = (): void => {
    for (const { result, names, needs } of asked) {
      if (!result || 'error' in result) continue;
      const said = JSON.parse(result.text) as { world: number; names: string[] };
      const least = needs.of([...names, ...said.names]);
      expect(said.world, 'nothing older than what was taken away').toBeGreaterThanOrEqual(least);
    }
    expect(faults).toEqual([]);
  };

  return {
    async play(steps: readonly Step[]): Promise<void> {
      await Promise.all(processes.flatMap(({ cache, releases }) => [cache.listen(), releases.listen()]));
      for (const step of steps) await perform(step);
      await conclude();
      // All that was ever taken away has arrived everywhere by now.
      for (const [index, { needs }] of processes.entries()) {
        needs.raiseAll(latest);
        for (const question of QUESTIONS) ask(index, question, ['a', 'b'], 'default');
      }
      await conclude();
      check();
    },
    /** How the calls were answered. */
    outcomes: () =>
      asked.map(({ call, result }) => {
        const { name, tier } = call.facts.outcome;
        return result && 'error' in result ? 'failed' : tier ? `${name} ${tier}` : name;
      }),
  };
}

it('whatever happens in whatever order, nobody gets an answer that was taken away before he came', async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(anySteps, async (steps) => {
      const { play, outcomes } = stage();
      await play(steps);
      for (const outcome of outcomes()) seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }),
    { numRuns: 1500 },
  );
  const all = ['miss', 'hit l1', 'hit l2', 'stale l1', 'stale l2', 'shared', 'failed'];
  expect(
    all.filter((outcome) => (seen.get(outcome) ?? 0) < 10),
    'all that can happen has happened',
  ).toEqual([]);
});
