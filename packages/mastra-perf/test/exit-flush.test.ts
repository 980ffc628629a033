import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { runQueueProcess, writtenTo } from './fixtures/queue-processes.ts';

const directory = await mkdtemp(join(tmpdir(), 'mastra-perf-'));
afterAll(() => rm(directory, { recursive: true }));
const newFile = (): string => join(directory, randomUUID());

const range = (count: number): number[] => [...Array(count).keys()];
const ALL = new Map(range(5).map((thread) => [`t${thread}`, range(6)]));
const written = async (file: string) => new Map([...(await writtenTo(file))].toSorted());

describe.each(['SIGTERM', 'SIGINT'] as const)('on %s', (signal) => {
  it('writes what is queued and ends by the signal', async () => {
    const files = [newFile()];
    const ended = await runQueueProcess({ files, staysAlive: true, writeMs: 30 }, (kill) => kill(signal));
    expect(ended).toEqual({ code: null, signal, output: 'ready\n', errors: '' });
    expect(await written(files[0]!)).toEqual(ALL);
  });

  it('ends by the signal when nothing is queued', async () => {
    const files = [newFile()];
    const ended = await runQueueProcess({ files, staysAlive: true, messages: 0 }, (kill) => kill(signal));
    expect(ended).toMatchObject({ code: null, signal });
  });
});

describe('on SIGTERM', () => {
  it('of which there are several, writes what is queued and ends once', async () => {
    const files = [newFile()];
    const ended = await runQueueProcess({ files, staysAlive: true, writeMs: 30 }, async (kill) => {
      for (const _ of range(3)) {
        kill('SIGTERM');
        await setTimeout(10);
      }
    });
    expect(ended).toMatchObject({ code: null, signal: 'SIGTERM', errors: '' });
    expect(await written(files[0]!)).toEqual(ALL);
  });

  it('with two copies of the package each writes what it has, and the process ends by the signal', async () => {
    const files = [newFile(), newFile()];
    const ended = await runQueueProcess({ files, staysAlive: true, writeMs: 30 }, (kill) => kill('SIGTERM'));
    expect(ended).toMatchObject({ code: null, signal: 'SIGTERM', errors: '' });
    for (const file of files) expect(await written(file)).toEqual(ALL);
  });

  it('leaves the end to an application that handles it', async () => {
    const files = [newFile()];
    const ended = await runQueueProcess({ files, staysAlive: true, handler: 'exits', exitCode: 7 }, (kill) =>
      kill('SIGTERM'),
    );
    expect(ended).toEqual({ code: 7, signal: null, output: 'ready\nhandled\n', errors: '' });
    expect(await written(files[0]!)).toEqual(ALL);
  });

  it('leaves the end to an application that handles it once and lets go of its work', async () => {
    const files = [newFile()];
    const ended = await runQueueProcess(
      { files, staysAlive: true, handler: 'once lets go', exitCode: 3, writeMs: 30 },
      (kill) => kill('SIGTERM'),
    );
    expect(ended).toEqual({ code: 3, signal: null, output: 'ready\nhandled\n', errors: '' });
    expect(await written(files[0]!)).toEqual(ALL);
  });

  it('tries again when the store fails', async () => {
    const files = [newFile()];
    const ended = await runQueueProcess({ files, staysAlive: true, failures: 8 }, (kill) => kill('SIGTERM'));
    expect(ended).toMatchObject({ signal: 'SIGTERM', errors: '' });
    expect(await written(files[0]!)).toEqual(ALL);
  });

  it.each([
    ['is away', { failures: 1e9 }, 'the file is away'],
    ['hangs', { writeMs: 1e6 }, 'did not answer'],
  ])('says so and ends in time when the store %s', async (_, trouble, reason) => {
    const files = [newFile()];
    const ended = await runQueueProcess({ files, staysAlive: true, timeoutMs: 400, ...trouble }, (kill) =>
      kill('SIGTERM'),
    );
    expect(ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(ended.errors).toContain('MASTRA_PERF_EXIT_FLUSH');
    expect(ended.errors).toContain(reason);
  });

  it('does nothing when it was undone', async () => {
    const files = [newFile()];
    const ended = await runQueueProcess({ files, staysAlive: true, writeMs: 1e6, undone: true }, (kill) =>
      kill('SIGTERM'),
    );
    expect(ended).toMatchObject({ code: null, signal: 'SIGTERM', errors: '' });
  });
});

describe('at the end of all work', () => {
  it('writes what waits for its next attempt, and keeps the exit code', async () => {
    const files = [newFile()];
    const ended = await runQueueProcess({ files, failures: 1, exitCode: 5 });
    expect(ended).toEqual({ code: 5, signal: null, output: 'ready\n', errors: '' });
    expect(await written(files[0]!)).toEqual(ALL);
  });

  it('without this would have lost it', async () => {
    const files = [newFile()];
    const ended = await runQueueProcess({ files, failures: 20, undone: true });
    expect(ended).toMatchObject({ code: 0, errors: '' });
    expect(await written(files[0]!)).not.toEqual(ALL);
  });

  it('says so once and ends in time when the store is away', async () => {
    const files = [newFile()];
    const ended = await runQueueProcess({ files, failures: 1e9, timeoutMs: 400 });
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.errors.match(/MASTRA_PERF_EXIT_FLUSH/g)).toHaveLength(1);
  });
});

describe('killed at any moment', () => {
  it.each([
    ['a store that joins threads', { joins: true }],
    ['a store that does not', { joins: false, maxWrites: 4 }],
    ['a store that often fails', { joins: true, maxWrites: 4, failureRate: 0.3 }],
  ])('%s has all that a flush has confirmed, and of each thread a beginning in order', async (_, kind) => {
    let confirmed = 0;
    for (const round of range(5)) {
      const files = [newFile()];
      const delay = round * 50 + Math.random() * 50;
      const ended = await runQueueProcess({ files, forever: true, writeMs: 2, ...kind }, async (kill) => {
        await setTimeout(delay);
        kill('SIGKILL');
      });
      expect(ended).toMatchObject({ signal: 'SIGKILL', errors: '' });
      const stored = await writtenTo(files[0]!);
      for (const [thread, numbers] of stored)
        expect([thread, numbers]).toEqual([thread, range(numbers.length)]);
      for (const line of ended.output.split('\n').slice(0, -1)) {
        const [word, thread, number] = line.split(' ');
        if (word === 'ready') continue;
        expect(word).toBe('durable');
        expect(stored.get(thread!), `killed after ${delay} ms`).toContain(Number(number));
        confirmed++;
      }
    }
    expect(confirmed).toBeGreaterThan(0);
  });
});
