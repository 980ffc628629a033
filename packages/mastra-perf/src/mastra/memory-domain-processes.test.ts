import type { MemoryStorage } from '@mastra/core/storage';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { settled } from '../base/test-clock.ts';
import { watchUnhandled } from '../base/test-unhandled.ts';
import { memoryBus } from '../stores/memory-bus.ts';
import { createHistory } from '../history/history.ts';
import { memoryProcess, messageOf, threadOf, type ProcessOptions } from './test-memory-process.ts';
import { versionedMemory, viewOf } from './test-versioned-memory.ts';

vi.setConfig({ testTimeout: 300_000 });

let allHandled: () => Promise<void>;
beforeEach(() => void (allHandled = watchUnhandled()));
afterEach(() => allHandled());

/*
 * Processes with one storage. Each of its operations takes effect at some moment between the call and the answer; in which order, the
 * steps say. Whoever lists messages must see at least what was there when his run began to read the thread, and what was written
 * in his own process before he asked; with `sticky`, at least the latter.
 */

const PROCESSES = 2;
const RUNS = 3;
const THREADS = ['t1', 't2'];

type Step = { readonly process: number; readonly run: number; readonly threadId: string } & (
  | {
      readonly do:
        | 'begin'
        | 'persist'
        | 'delete'
        | 'update'
        | 'rename'
        | 'save thread'
        | 'end run'
        | 'remove';
    }
  | { readonly do: 'list'; readonly perPage: number }
  | { readonly do: 'open'; readonly which: number }
  | { readonly do: 'flow' }
);

const at = { process: fc.nat(PROCESSES - 1), run: fc.nat(RUNS - 1), threadId: fc.constantFrom(...THREADS) };
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ ...at, do: fc.constant('begin' as const) }) },
    {
      weight: 8,
      arbitrary: fc.record({ ...at, do: fc.constant('list' as const), perPage: fc.constantFrom(2, 60) }),
    },
    { weight: 5, arbitrary: fc.record({ ...at, do: fc.constant('persist' as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        ...at,
        do: fc.constantFrom('delete', 'update', 'rename', 'save thread', 'end run', 'remove'),
      }),
    },
    { weight: 20, arbitrary: fc.record({ ...at, do: fc.constant('open' as const), which: fc.nat(9) }) },
    { weight: 3, arbitrary: fc.record({ ...at, do: fc.constant('flow' as const) }) },
  ),
  { minLength: 20, maxLength: 120, size: 'max' },
) as fc.Arbitrary<Step[]>;

interface Run {
  readonly key: object;
  /** By thread: the commit when the read of it began that it knows of. */
  readonly floors: Map<string, number>;
  /** Threads that this run has saved to: its next read may be answered by that save. */
  readonly saved: Set<string>;
}

function stage(options: ProcessOptions, shared: ReturnType<typeof memoryBus> | undefined) {
  const gates: (() => void)[] = [];
  const memory = versionedMemory(() => new Promise((resolve) => void gates.push(resolve)));
  const newRun = (): Run => ({ key: {}, floors: new Map(), saved: new Set() });
  const processes = Array.from({ length: PROCESSES }, () => ({
    ...memoryProcess(createHistory, memory.domain, { ...options, bus: shared }),
    runs: Array.from({ length: RUNS }, newRun),
    /** By thread: the commit of the last write that this process was told of. */
    floors: new Map<string, number>(),
  }));
  const busy = new Set<Promise<void>>();
  const wrong: unknown[] = [];
  const counts = { lists: 0, remembered: 0 };
  let time = 1000;

  const flow = async (): Promise<void> => {
    for (let round = 0; round < 500 && busy.size > 0; round++) {
      for (const open of gates.splice(0)) open();
      await settled();
    }
  };
  const start = (work: Promise<void>): void => {
    const task = work.catch((error: unknown) => void wrong.push(error)).finally(() => busy.delete(task));
    busy.add(task);
  };

  /** The commit of the first state, since a moment, of which this is true. */
  const commitOf = (threadId: string, since: number, isDone: (messages: string) => boolean): number =>
    memory.snapshots(threadId).find(({ commit, messages }) => commit > since && isDone(messages))?.commit ??
    0;
  const write = async (
    { process, threadId }: Step,
    perform: () => Promise<unknown>,
    isDone: (messages: string) => boolean,
  ): Promise<void> => {
    const since = memory.commits();
    try {
      await perform();
    } catch (error) {
      expect((error as Error).message, 'only what Mastra refuses').toMatch(/not found/);
      return;
    }
    const { floors } = processes[process]!;
    floors.set(threadId, Math.max(floors.get(threadId) ?? 0, commitOf(threadId, since, isDone)));
  };

  const begin = async ({ process, run: index, threadId }: Step): Promise<void> => {
    const { within, runs } = processes[process]!;
    const run = runs[index]!;
    const floor = run.saved.delete(threadId) ? 0 : memory.commits();
    const thread = await within(run.key).getThreadById({ threadId });
    if (thread) run.floors.set(threadId, Math.max(run.floors.get(threadId) ?? 0, floor));
  };
  const list = async ({ process, run: index, threadId }: Step, perPage: number): Promise<void> => {
    const { last, runs, floors } = processes[process]!;
    const run = runs[index]!;
    const isSticky = options.mode === 'sticky';
    const floor = Math.max(floors.get(threadId) ?? 0, isSticky ? 0 : (run.floors.get(threadId) ?? 0));
    counts.lists++;
    const asked = last(run.key, threadId, perPage);
    let isAnswered = false;
    void asked.finally(() => (isAnswered = true));
    await settled(); // the storage answers only when a gate is opened
    if (isAnswered) counts.remembered++;
    const { messages } = await asked;
    if (isSticky && 'traits' in options) return; // it may have its own messages and lack others
    const seen = viewOf(messages.toReversed());
    const all = memory.snapshots(threadId);
    const states = all.filter((_, nth) => (all[nth + 1]?.commit ?? Infinity) > floor);
    const texts = states.map((state) =>
      JSON.stringify((JSON.parse(state.messages) as unknown[]).slice(-perPage)),
    );
    expect(texts.length === 0 ? ['[]'] : texts, `a state of commit ${floor} or later`).toContain(seen);
  };

  const perform = async (step: Step): Promise<void> => {
    const { process, run: index, threadId } = step;
    const { domain, persist, runs } = processes[process]!;
    const number = time++;
    const id = `m${number}`;
    const anyId = memory.snapshots(threadId).at(-1)?.messages.match(/m\d+/)?.[0];
    if (step.do === 'begin') start(begin(step));
    else if (step.do === 'list') start(list(step, step.perPage));
    else if (step.do === 'persist')
      start(
        write(
          step,
          async () => {
            const run = runs[index]!;
            run.saved.add(threadId);
            await persist(run.key, threadId, [messageOf(id, threadId, number)]);
            run.saved.add(threadId);
          },
          (messages) => messages.includes(`"${id}"`),
        ),
      );
    else if (step.do === 'delete' && anyId)
      start(
        write(
          step,
          () => domain.deleteMessages([anyId]),
          (messages) => !messages.includes(`"${anyId}"`),
        ),
      );
    else if (step.do === 'update' && anyId)
      start(
        write(
          step,
          () => domain.updateMessages({ messages: [changeOf(anyId, `changed ${number}`)] }),
          (messages) => messages.includes(`changed ${number}`),
        ),
      );
    else if (step.do === 'rename')
      start(
        write(
          step,
          () => domain.updateThread({ id: threadId, title: `title ${number}` }),
          () => false,
        ),
      );
    else if (step.do === 'save thread')
      start(
        write(
          step,
          () => domain.saveThread({ thread: threadOf(threadId) }),
          () => false,
        ),
      );
    else if (step.do === 'remove' && number % 3 === 0)
      start(
        write(
          step,
          () => domain.deleteThread({ threadId }),
          (messages) => messages === '[]',
        ),
      );
    else if (step.do === 'end run') runs[index] = newRun();
    else if (step.do === 'open') gates.splice(step.which % Math.max(1, gates.length), 1)[0]?.();
    else if (step.do === 'flow') await flow();
    await settled();
  };

  return {
    counts,
    async play(all: readonly Step[]): Promise<void> {
      for (const threadId of THREADS)
        start(memory.domain.saveThread({ thread: threadOf(threadId) }).then(() => undefined));
      await flow();
      for (const step of all) await perform(step);
      await flow();
      expect(busy.size, 'everybody was answered').toBe(0);
      if (wrong.length > 0) throw wrong[0];
      for (const { within, last, faults } of processes)
        for (const threadId of THREADS) {
          const run = {};
          start(
            (async () => {
              expect(await within(run).getThreadById({ threadId })).toEqual(
                await memory.domain.getThreadById({ threadId }),
              );
              const { messages } = await last(run, threadId, 100);
              expect(viewOf(messages.toReversed())).toBe(memory.snapshots(threadId).at(-1)?.messages ?? '[]');
            })(),
          );
          const [ending] = busy;
          await flow();
          await ending;
          if (wrong.length > 0) throw wrong[0];
          expect(faults).toEqual([]);
        }
    },
  };
}

/** Mastra takes content in part, which its types do not say. */
const changeOf = (id: string, content: string) =>
  ({ id, content: { content } }) as unknown as Parameters<
    MemoryStorage['updateMessages']
  >[0]['messages'][number];

const modes: Record<string, ProcessOptions> = {
  off: { mode: 'off' },
  validate: { mode: 'validate' },
  sticky: { mode: 'sticky' },
  'sticky, without traits': { mode: 'sticky', traits: undefined },
};

it.each(Object.keys(modes))(
  'nobody sees what is older than his run, in whatever order things happen (%s)',
  async (name) => {
    const mode = modes[name]!;
    const counts = { lists: 0, remembered: 0 };
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const { play, counts: own } = stage(mode, mode.mode === 'sticky' ? memoryBus() : undefined);
        await play(all);
        counts.lists += own.lists;
        counts.remembered += own.remembered;
      }),
      { numRuns: 60, endOnFailure: true },
    );
    if (mode.mode !== 'off') expect(counts.remembered).toBeGreaterThan(counts.lists / 50);
  },
);
