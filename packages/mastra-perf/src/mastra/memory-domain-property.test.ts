import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InMemoryDB, InMemoryMemory, type MemoryStorage } from '@mastra/core/storage';
import { LibSQLStore } from '@mastra/libsql';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createHistory } from '../history/history.ts';
import type { ProcessOptions } from './test-memory-process.ts';
import { lazyQueue, memoryProcess, threadOf } from './test-memory-process.ts';
import { anySteps, type Step } from './test-memory-steps.ts';
import { versionedMemory } from './test-versioned-memory.ts';

vi.setConfig({ testTimeout: 300_000 });

/*
 * The same steps on a bare domain and on a decorated one: whatever they return, and whatever is there in the end, is the same.
 */

const STEPS = 500;

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'memory-domain-'));
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterAll(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

const open: Record<string, () => Promise<MemoryStorage>> = {
  'Mastra in memory': async () => new InMemoryMemory({ db: new InMemoryDB() }),
  'a storage with traits': async () => versionedMemory().domain,
  async LibSQL() {
    const store = new LibSQLStore({ id: 'test', url: `file:${path.join(folder, `${files++}.db`)}` });
    await store.init();
    return (await store.getStore('memory')) as MemoryStorage;
  },
};

const modes: Record<string, ProcessOptions> = {
  off: { mode: 'off' },
  validate: { mode: 'validate' },
  sticky: { mode: 'sticky' },
  'sticky, written behind': { mode: 'sticky', writeBehind: lazyQueue },
  'off, written behind': { mode: 'off', writeBehind: lazyQueue },
};

/** As a text, without what may differ: ids that a copy was given, totals that nobody asked for, times of later writes. */
function comparable(value: unknown, { isBehind }: { readonly isBehind: boolean }): string {
  const names = new Map<string, string>();
  const nameOf = (id: string): string => {
    if (!/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(id)) return id;
    names.set(id, names.get(id) ?? `copy ${names.size}`);
    return names.get(id) as string;
  };
  return JSON.stringify(
    value,
    (key, field: unknown) => {
      if (key === 'messageIdMap' || (isBehind && key === 'updatedAt')) return undefined;
      if (typeof field === 'string') return nameOf(field);
      if (typeof field !== 'object' || field === null || Array.isArray(field)) return field;
      return Object.fromEntries(Object.entries(field).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    },
    1,
  );
}

async function outcomeOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** The decorated domain returns from a save what storages with traits tell; another than theirs asks for a total. */
function shown(step: Step, outcome: unknown): unknown {
  if (typeof outcome !== 'object' || outcome === null || !('value' in outcome)) return outcome;
  const { value } = outcome;
  if (step.do === 'save')
    return { ids: (value as { messages: { id: string }[] }).messages.map(({ id }) => id) };
  if (step.do === 'call' && step.method === 'listMessages') {
    const { total, ...rest } = value as { total: number };
    return (step.args[0] as { includeTotal?: boolean }).includeTotal === false ? rest : { ...rest, total };
  }
  return value;
}

describe.each(Object.keys(open))('a decorated domain of %s', (name) => {
  it.each(Object.keys(modes))('does what the bare one does (%s)', async (mode) => {
    const isFile = name === 'LibSQL';
    let reads = 0;
    let saved = 0;
    await fc.assert(
      fc.asyncProperty(anySteps(STEPS), async (steps) => {
        const [bare, inner] = [await open[name]!(), await open[name]!()];
        const asked = vi.spyOn(inner, 'listMessages');
        const { within, faults, domain } = memoryProcess(createHistory, inner, modes[mode]);
        const isBehind = modes[mode]!.writeBehind !== undefined;
        const runs: object[] = [{}, {}, {}];
        const perform = async (step: Step, on: MemoryStorage): Promise<unknown> => {
          if (step.do === 'end run') return undefined;
          if (step.do === 'turn') {
            const thread = await on.getThreadById({ threadId: step.ask.threadId });
            const { total: _, ...list } = await on.listMessages(step.ask);
            return { thread, list };
          }
          if (step.do === 'call')
            return (on[step.method] as (...args: unknown[]) => unknown)(...structuredClone(step.args));
          const messages = structuredClone([...step.messages]);
          if (step.persisting)
            for (const threadId of new Set(messages.map((message) => message.threadId!)))
              if (!(await on.getThreadById({ threadId })))
                await on.saveThread({
                  thread: { ...threadOf(threadId, 'ann'), title: '', metadata: {} },
                });
          return on.saveMessages({ messages });
        };
        for (const [index, step] of steps.entries()) {
          vi.setSystemTime(1_750_000_000_000 + index * 1000);
          if (step.do === 'end run' && step.run !== undefined) runs[step.run] = {};
          const run = step.run === undefined ? undefined : runs[step.run];
          const persisting = step.do === 'save' && step.persisting;
          const isTail = step.do === 'turn' && run !== undefined;
          const before = asked.mock.calls.length;
          const expected = await outcomeOf(() => perform(step, bare));
          const actual = await outcomeOf(() => perform(step, within(run, persisting)));
          if (isTail) reads++;
          if (isTail && asked.mock.calls.length === before) saved++;
          expect(
            comparable(shown(step, actual), { isBehind }),
            `step ${index}: ${JSON.stringify(step)}`,
          ).toBe(comparable(shown(step, expected), { isBehind }));
        }
        for (const threadId of ['t1', 't2', 't3', 't4', 't5']) {
          const all = { threadId, perPage: false as const };
          expect(comparable(await domain.listMessages(all), { isBehind })).toBe(
            comparable(await bare.listMessages(all), { isBehind }),
          );
        }
        expect(faults).toEqual([]);
      }),
      { numRuns: isFile ? 1 : 5, endOnFailure: true },
    );
    const isKept = mode.startsWith('sticky') || (mode === 'validate' && name === 'a storage with traits');
    if (isKept) expect(saved, `of ${reads} lists, those from memory`).toBeGreaterThan(reads / 40);
    else expect(saved).toBe(0);
  });
});
