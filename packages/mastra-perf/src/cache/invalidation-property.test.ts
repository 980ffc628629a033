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
import { namesOf, namesSelected, type InvalidateSelector } from './names.ts';
import { testCache } from './test-cache.ts';
import { gatedStore } from './test-gated-store.ts';

vi.setConfig({ testTimeout: 300_000 });

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

/*
 * The world changes with every invalidation, and every answer of the model tells the state of the world at the moment when it
 * was asked. Requests to the store, its answers and the messages arrive in any order, late, or never.
 */

const PROCESSES = 3;
const SETTINGS = { ttl: 60_000, staleWhileRevalidate: 30_000, staleIfError: 60_000 };
const MODES = ['default', 'refresh', 'only-if-cached'] as const;

interface Question {
  readonly text: string;
  readonly agent: string;
}
const QUESTIONS: readonly Question[] = [
  { text: 'one', agent: 'support' },
  { text: 'two', agent: 'legal' },
];

type Step =
  | {
      readonly do: 'ask';
      readonly process: number;
      readonly question: number;
      readonly tags: readonly string[];
      readonly mode: (typeof MODES)[number];
    }
  | { readonly do: 'invalidate'; readonly process: number; readonly what: What }
  | { readonly do: 'open' | 'fail' | 'give up' | 'finish' | 'refuse'; readonly which: number }
  /** All that is on its way arrives, so many times, but for what is slow. */
  | { readonly do: 'flow'; readonly rounds: number; readonly slow: string }
  /** The same, and the model answers. */
  | { readonly do: 'serve' }
  /** The store is away for a process, or its messages are lost. */
  | { readonly do: 'cut off' | 'let in' | 'disconnect' | 'reconnect'; readonly process: number }
  | { readonly do: 'advance'; readonly ms: number };
type What = 'all' | 'agent' | 'key' | readonly string[];

const process = fc.nat(PROCESSES - 1);
const which = fc.nat(30);
const tags = fc.subarray(['a', 'b']);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('ask'),
      process,
      question: fc.constantFrom(0, 0, 0, 1),
      tags,
      mode: fc.constantFrom('default', 'default', 'default', ...MODES),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('invalidate'),
      process,
      what: fc.oneof(
        fc.constantFrom<What>('all', 'agent', 'key'),
        fc.subarray(['a', 'b'], { minLength: 1 }),
        fc.subarray(['a', 'b'], { minLength: 1 }),
      ),
    }),
  },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('open'), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('finish'), which }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('flow'),
      rounds: fc.integer({ min: 1, max: 8 }),
      slow: fc.constantFrom(
        'nothing',
        'answer of getMany',
        'getMany',
        'setMany',
        'invalidateTags',
        'message',
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('serve') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('fail', 'give up', 'refuse'), which }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('cut off', 'let in', 'disconnect', 'reconnect'), process }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('advance'),
      ms: fc.constantFrom(1, 1000, 6000, 70_000, 70_000, 100_000),
    }),
  },
) as fc.Arbitrary<never>;

/** What the state of the world must at least be, by what is asked about. */
class Needs {
  readonly #names = new Map<string, number>();
  #all = 0;

  raise(names: readonly string[] | 'all', to: number): void {
    if (names === 'all') this.#all = Math.max(this.#all, to);
    else for (const name of names) this.#names.set(name, Math.max(this.#names.get(name) ?? 0, to));
  }
  raiseAll(others: Needs): void {
    this.#all = Math.max(this.#all, others.#all);
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
    return { cache, run, releases, background, needs: new Needs() };
  };
  const processes = Array.from({ length: PROCESSES }, (_, index) => start(index));

  const ask = (
    index: number,
    { text, agent }: Question,
    given: readonly string[],
    mode: (typeof MODES)[number],
  ) => {
    const { run, needs } = processes[index]!;
    const model = upstreamModel();
    const settings: CallSettings = {
      caller: { agent },
      overrides: { tags: given, cache: mode },
      request: { prompt: [{ role: 'user', content: [{ type: 'text', text }] }] },
    };
    const call = callOf(
      {
        invoke(request, method) {
          const reply = model.invoke(request, method);
          lines.push(
            Object.assign(model.upstreams.at(-1)!, {
              text: JSON.stringify({ world, names }),
              over: false,
            }),
          );
          return reply;
        },
      },
      settings,
    );
    const names = namesOf(call.key(), agent, given);
    const one: Asked = { call, names, needs: needs.copy() };
    asked.push(one);
    textFrom(run(call)).then(
      (result) => (one.result = { text: result }),
      (error: unknown) => (one.result = { error }),
    );
  };
  const keyOf = callOf(
    { invoke: () => Promise.reject(new Error('not asked')) },
    {
      caller: { agent: QUESTIONS[0]!.agent },
      request: { prompt: [{ role: 'user', content: [{ type: 'text', text: QUESTIONS[0]!.text }] }] },
    },
  ).key();

  const invalidate = (index: number, what: What) => {
    const { cache, needs } = processes[index]!;
    world++;
    if (what === 'all') {
      for (const some of [needs, latest]) some.raise('all', world);
      cache.clear().catch(() => undefined);
      return;
    }
    const selector: InvalidateSelector =
      what === 'agent' ? { agent: 'support' } : what === 'key' ? { key: keyOf } : { tags: what };
    for (const some of [needs, latest]) some.raise(namesSelected(selector), world);
    cache.invalidate(selector).catch(() => undefined);
  };

  const flow = async (rounds: number, slow?: string) => {
    for (let round = 0; round < rounds && gated.gates.length > 0; round++) {
      for (const gate of [...gated.gates]) if (gate.operation !== slow) gate.open();
      await settled();
    }
  };
  const reconnect = (index: number) => {
    if (gated.isConnected(index)) return;
    gated.reconnect(index);
    const { cache, needs } = processes[index]!;
    const missed = done.copy();
    void cache.catchUp().then(() => needs.raiseAll(missed));
  };

  const unanswered = () => lines.filter((line) => !line.over && !line.signal.aborted);
  const finish = (line: (typeof lines)[number]) => {
    line.over = true;
    line.finish(...answerOf(line.text));
  };
  const serve = async () => {
    await flow(20);
    for (const line of unanswered()) finish(line);
    await flow(20);
  };

  const perform = async (step: Step) => {
    const gate = 'which' in step ? gated.gates[step.which % gated.gates.length] : undefined;
    const line = 'which' in step ? unanswered()[step.which % unanswered().length] : undefined;
    if (step.do === 'ask') ask(step.process, QUESTIONS[step.question]!, step.tags, step.mode);
    else if (step.do === 'invalidate') invalidate(step.process, step.what);
    else if (step.do === 'open') gate?.open();
    else if (step.do === 'fail') gate?.fail?.();
    else if (step.do === 'give up') gate?.giveUp?.();
    else if (step.do === 'flow') await flow(step.rounds, step.slow);
    else if (step.do === 'serve') await serve();
    else if (step.do === 'cut off') gated.cutOff(step.process, world % 2 === 0 ? 'request' : 'answer');
    else if (step.do === 'let in') gated.letIn(step.process);
    else if (step.do === 'disconnect') gated.disconnect(step.process);
    else if (step.do === 'reconnect') reconnect(step.process);
    else if (step.do === 'advance') clock.advance(step.ms);
    else if (line && step.do === 'finish') finish(line);
    else if (line) {
      line.over = true;
      line.refuse(Object.assign(new Error('overloaded'), { statusCode: 503 }));
    }
    await settled();
  };

  /** Everything is well again, and goes on until nobody waits and nothing is left to be done. */
  const conclude = async () => {
    for (let index = 0; index < PROCESSES; index++) {
      gated.letIn(index);
      reconnect(index);
    }
    for (let round = 0; round < 3 || asked.some(({ result }) => result === undefined); round++) {
      expect(round, 'everybody is answered in time').toBeLessThan(40);
      await serve();
      clock.advance(1000);
      await settled();
    }
    await serve();
  };

  const check = () => {
    for (const { result, names, needs } of asked) {
      expect(result, 'everybody is answered').toBeDefined();
      if (!result || 'error' in result) continue;
      const said = JSON.parse(result.text) as { world: number; names: string[] };
      expect(said.world, 'nothing older than what was taken away').toBeGreaterThanOrEqual(
        needs.of([...names, ...said.names]),
      );
    }
    expect(faults).toEqual([]);
  };

  return {
    async play(steps: readonly Step[]) {
      await Promise.all(processes.flatMap(({ cache, releases }) => [cache.listen(), releases.listen()]));
      for (const step of steps) await perform(step);
      await conclude();
      check();
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
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), async (steps) => {
      const { play, outcomes } = stage();
      await play(steps);
      for (const outcome of outcomes()) seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }),
    { numRuns: 1000 },
  );
  // All that can happen has happened.
  for (const outcome of ['miss', 'hit l1', 'hit l2', 'stale l1', 'stale l2', 'shared', 'failed'])
    expect(seen.get(outcome), outcome).toBeGreaterThan(20);
});
