import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from '@mastra-perf/testkit';
import { createPerf, type Perf, type PerfOptions } from 'mastra-perf';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { travelApp, type TravelApp } from '../src/shapes/travel-app.ts';
import { answersIn } from '../src/shapes/travel-models.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'shapes-network-'));
const open: Perf[] = [];
let files = 0;
afterEach(async () => Promise.all(open.splice(0).map((perf) => perf.close())));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const newFile = (): string => path.join(folder, `${++files}.db`);
function withPerf(options: PerfOptions = {}, file = newFile()) {
  const perf = createPerf(options);
  const faults: unknown[] = [];
  perf.on('fault', (fault) => faults.push(fault));
  open.push(perf);
  return { perf, faults, app: travelApp(file, perf) };
}

interface Chunk {
  readonly type: string;
  readonly payload?: Record<string, unknown>;
}
async function read(stream: object): Promise<{ readonly chunks: readonly Chunk[]; readonly text: string }> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream as AsyncIterable<Chunk>) chunks.push(chunk);
  return { chunks, text: JSON.stringify(chunks) };
}

/** Asks the network, which books once the person has said yes. */
async function trip(app: TravelApp, user: string, thread: string, resumeIn: TravelApp = app) {
  const memory = { thread: `${user}-${thread}`, resource: user };
  const options = { memory, maxSteps: 4 };
  const run = await app.mastra.getAgent('planner').network('Plan a trip to Rome.', options);
  const begun = await read(run);
  const waiting = await app.snapshots();
  const resumed = await resumeIn.mastra
    .getAgent('planner')
    .resumeNetwork({ ok: true }, { ...options, runId: run.runId });
  const ended = await read(resumed);
  return {
    kinds: [begun, ended].map(({ chunks }) =>
      chunks.map(({ type }) => type).filter((type) => !type.includes('delta')),
    ),
    waiting,
    left: await resumeIn.snapshots(),
    history: await resumeIn.history(memory.thread),
    told: begun.text + ended.text,
  };
}
const lasting = ({ kinds, waiting, left, history }: Awaited<ReturnType<typeof trip>>) => ({
  kinds,
  waiting,
  left,
  roles: history.map((text) => text.split(':')[0]),
});

describe('a network of agents with a workflow', () => {
  it('goes as without the plugin: the same parts, snapshots and messages', async () => {
    const expected = lasting(await trip(travelApp(newFile()), 'ann', 'one'));
    expect(expected.waiting).toContain('booking: suspended');
    const { app, faults } = withPerf();
    expect(lasting(await trip(app, 'ann', 'one'))).toEqual(expected);
    const behind = withPerf({ storage: { history: 'sticky', writes: 'behind' } });
    expect(lasting(await trip(behind.app, 'ann', 'one'))).toEqual(expected);
    expect([...faults, ...behind.faults]).toEqual([]);
  });

  it('goes on in another process', async () => {
    const bareFile = newFile();
    const expected = lasting(await trip(travelApp(bareFile), 'ann', 'one', travelApp(bareFile)));
    const file = newFile();
    const second = withPerf({}, file);
    expect(lasting(await trip(withPerf({}, file).app, 'ann', 'one', second.app))).toEqual(expected);
  });

  it('answers again what it was asked before, except what tells of the run', async () => {
    const { app } = withPerf();
    await trip(app, 'ann', 'one');
    expect(asked(app)).toEqual({ planner: 4, guide: 1, writer: 1 });
    await trip(app, 'ann', 'two');
    // The second choice and the last check are asked with ids of this run, which are in the history.
    expect(asked(app)).toEqual({ planner: 6, guide: 1, writer: 1 });
  });

  it('tells nobody what was answered to somebody else, also not in checks and steps that have no thread', async () => {
    const { app } = withPerf();
    const ann = await trip(app, 'ann', 'one');
    const ben = await trip(app, 'ben', 'one');
    expect(asked(app)).toEqual({ planner: 8, guide: 2, writer: 2 });
    const marks = [ann, ben].map(({ told, history }) => answersIn(told + history.join()));
    expect(marks.map(({ length }) => length)).toEqual([5, 5]);
    expect(marks[0]!.filter((mark) => marks[1]!.includes(mark))).toEqual([]);
  });

  it('keeps two people apart who ask at the same time', async () => {
    const { app } = withPerf();
    const [ann, ben] = await Promise.all([trip(app, 'ann', 'one'), trip(app, 'ben', 'one')]);
    expect(asked(app)).toEqual({ planner: 8, guide: 2, writer: 2 });
    const marks = [ann, ben].map(({ told, history }) => answersIn(told + history.join()));
    expect(marks[0]!.filter((mark) => marks[1]!.includes(mark))).toEqual([]);
  });

  it('is charged as the provider has it, for each agent', async () => {
    const { app, perf } = withPerf();
    for (const user of ['ann', 'ben', 'ann']) await trip(app, user, String(++files));
    await perf.flush();
    const rows = await perf.usage.report({ by: ['agent'] });
    const used = rows.map(({ agent, spent }) => [agent, spent.inputTokens, spent.outputTokens]);
    expect(used.toSorted()).toEqual(provided(app));
    expect((await perf.report()).modelCalls).toBe(app.models.log.length);
  });
});

describe('a durable agent', () => {
  /** The clerk waits for an approval, and goes on; somebody who was away reads all of it again. */
  async function paid(app: TravelApp, user: string, thread: string) {
    const memory = { thread: `${user}-${thread}`, resource: user };
    const clerk = app.mastra.getAgent('clerk') as unknown as Durable;
    const run = await clerk.stream('Pay 90 euros.', { memory });
    const kinds = new Set<string>();
    for await (const { type } of run.output.fullStream) {
      kinds.add(type);
      if (type === 'tool-call-approval') break;
    }
    await until('the run is suspended', async () =>
      (await app.snapshots()).every((told) => told.endsWith('suspended')),
    );
    const waiting = await app.snapshots();
    const resumed = await clerk.resume(run.runId, { approved: true }, { memory });
    for await (const { type } of resumed.output.fullStream) kinds.add(type);
    const text = await resumed.output.text;
    const again = await clerk.observe(run.runId, { offset: 0 });
    const seen = await again.output.text;
    for (const { cleanup } of [again, resumed, run]) cleanup();
    await until('the run is over', async () => (await app.snapshots()).length === 0);
    return { kinds: [...kinds], text, seen, waiting, history: await app.history(memory.thread) };
  }

  it('goes as without the plugin: parts, snapshots, messages, and what is observed later', async () => {
    const expected = await paid(travelApp(newFile()), 'ann', 'one');
    expect(expected).toMatchObject({ text: 'It is paid (answer 2 of clerk).', seen: expected.text });
    const { app, faults } = withPerf();
    expect(await paid(app, 'ann', 'one')).toEqual(expected);
    const behind = withPerf({ storage: { history: 'sticky', writes: 'behind' } });
    expect(await paid(behind.app, 'ann', 'one')).toEqual(expected);
    expect([...faults, ...behind.faults]).toEqual([]);
  });

  it('answers again what it was asked before, waits for an approval all the same, and tells nobody else', async () => {
    const { app, perf } = withPerf();
    const first = await paid(app, 'ann', 'one');
    expect(await paid(app, 'ann', 'two')).toEqual(first);
    expect(asked(app)).toEqual({ clerk: 2 });
    expect((await paid(app, 'ben', 'one')).text).toBe('It is paid (answer 4 of clerk).');
    await perf.flush();
    const [row] = await perf.usage.report({ by: ['agent'] });
    expect([['clerk', row?.spent.inputTokens, row?.spent.outputTokens]]).toEqual(provided(app));
  });
});

interface Durable {
  stream(question: string, options: object): Promise<DurableRun>;
  resume(runId: string, data: object, options: object): Promise<DurableRun>;
  observe(runId: string, options: object): Promise<DurableRun>;
}

interface DurableRun {
  readonly runId: string;
  readonly output: { readonly fullStream: AsyncIterable<Chunk>; readonly text: Promise<string> };
  readonly cleanup: () => void;
}

/** How often the models of each agent were asked. */
function asked({ models }: TravelApp): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { agent } of models.log) counts[agent] = (counts[agent] ?? 0) + 1;
  return counts;
}

/** What each agent has used, as the provider has it. */
function provided({ models }: TravelApp): ReadonlyArray<readonly [string, number, number]> {
  const sum = (agent: string, kind: 'inputTokens' | 'outputTokens'): number =>
    models.log.reduce((all, entry) => all + (entry.agent === agent ? entry[kind] : 0), 0);
  const agents = [...new Set(models.log.map(({ agent }) => agent))].toSorted();
  return agents.map((agent) => [agent, sum(agent, 'inputTokens'), sum(agent, 'outputTokens')] as const);
}
