import { isDeepStrictEqual } from 'node:util';
import { mockModel } from '@mastra-perf/testkit';
import { createPerf } from 'mastra-perf';
import { drained, promptOf, textOf } from './answering/prompt.ts';
import { longAnswer, longAnswerDeltas, longAnswerText } from './long-answer.ts';
import { localLookups, type Lookup } from './local-lookups.ts';
import { medians, type Case } from './measure.ts';
import type { Table } from './table.ts';
import { versionsLine } from './versions.ts';

const ENTRIES = 512;
/** Look-ups per measurement: one alone takes less time than the clock can tell. */
const BATCH = 500;
const lookupRounds = { warm: 30, measured: 101 };
const callRounds = { warm: 500, measured: 1001 };

/** What an answer costs that lies in the memory of the process. */
export async function cacheLocal(): Promise<readonly Table[]> {
  return [await lookUps(), await calls()];
}

async function lookUps(): Promise<Table> {
  const answer = [{ type: 'text-delta', id: '0', delta: 'x'.repeat(4096 - 46) }];
  const keys = Array.from({ length: ENTRIES }, (_, index) => `${index}`.padStart(64, 'k'));
  const all = await localLookups(keys, answer);
  const wrong: string[] = [];
  for (const lookup of all) wrong.push(...(await faultsOf(lookup, keys[0] as string, answer)));

  const [cheap, dear] = [all.filter(({ copies }) => !copies), all.filter(({ copies }) => copies)];
  // Apart from each other: a look-up of 0.1 µs takes twice as long when one that allocates has just filled the caches of the processor.
  const result = new Map([...(await measured(cheap, keys)), ...(await measured(dear, keys))]);
  const nanoseconds = ({ name }: Lookup): number => ((result.get(name) ?? Number.NaN) * 1e6) / BATCH;
  const [base] = all.map(nanoseconds);
  return {
    title: `Look-up of a ${JSON.stringify(answer).length} B answer in memory`,
    columns: ['look-up', 'gives', 'median ns', 'ratio to lru-cache'],
    rows: all.map((lookup) => [
      lookup.name,
      lookup.copies ? 'a copy' : 'the shared object',
      nanoseconds(lookup).toFixed(0),
      (nanoseconds(lookup) / (base ?? Number.NaN)).toFixed(2),
    ]),
    notes: [
      `${lookupRounds.measured} rounds of ${BATCH} look-ups after ${lookupRounds.warm} to warm up, ${ENTRIES} entries; those that share are interleaved with each other, and those that copy. lru-cache has a ttl and a maxSize, as the memory tier has; promises are awaited one by one.`,
      'The memory tier keeps a text, which nobody can change: that shared object needs no copy to be safe.',
      versionsLine('lru-cache', '@mastra/core', 'cache-manager', 'bentocache', 'cacheable'),
    ],
    wrong,
  };
}

const measured = (lookups: readonly Lookup[], keys: readonly string[]): Promise<Map<string, number>> =>
  medians(
    lookups.map((lookup) => batchOf(lookup, keys)),
    lookupRounds,
  );

function batchOf({ name, get }: Lookup, keys: readonly string[]): Case {
  const isAsync = get(keys[0] as string) instanceof Promise;
  let kept: unknown;
  const run = (round: number): unknown => {
    for (let n = 0; n < BATCH; n++) kept = get(keys[(round + n) % ENTRIES] as string);
    return kept;
  };
  const runAsync = async (round: number): Promise<unknown> => {
    for (let n = 0; n < BATCH; n++) kept = await get(keys[(round + n) % ENTRIES] as string);
    return kept;
  };
  return { name, run: isAsync ? runAsync : run };
}

async function faultsOf({ name, get, copies }: Lookup, key: string, answer: unknown): Promise<string[]> {
  const [one, two] = [await get(key), await get(key)];
  const faults: string[] = [];
  if (one === undefined) faults.push(`${name} has no answer`);
  if (copies && !isDeepStrictEqual(one, answer)) faults.push(`${name} gives another answer`);
  if ((one !== two) !== copies) faults.push(`${name} gives ${copies ? 'no copy' : 'a copy'}`);
  return faults;
}

async function calls(): Promise<Table> {
  const [model, bare] = [answering(), answering()];
  const perf = createPerf();
  const asked = perf.model(model);
  const [streamed, generated] = [promptOf('streamed at first'), promptOf('generated at first')];
  await drained((await asked.doStream(streamed)).stream);
  await asked.doGenerate(generated);

  const wrong = new Set<string>();
  const check = (text: string): void => {
    if (text !== longAnswerText) wrong.add('a call gave another text');
  };
  const generate = async (of: typeof model, prompt: typeof streamed) =>
    check(textOf(await of.doGenerate(prompt)));
  const stream = async (of: typeof model, prompt: typeof streamed) =>
    check(await drained((await of.doStream(prompt)).stream));
  const result = await medians(
    [
      { name: 'generate, model without latency', run: () => generate(bare, generated) },
      { name: 'generate, hit, stored by generate', run: () => generate(asked, generated) },
      { name: 'generate, hit, stored by stream', run: () => generate(asked, streamed) },
      { name: 'stream, model without latency', run: () => stream(bare, streamed) },
      { name: 'stream, hit, stored by stream', run: () => stream(asked, streamed) },
    ],
    callRounds,
  );
  if (model.calls.total !== 2) wrong.add(`the model was asked ${model.calls.total} times, not twice`);
  await perf.close();
  return {
    title: `Model call answered from memory, ${longAnswerDeltas.length} deltas, ${longAnswerText.length} B of text`,
    columns: ['call', 'median ms'],
    rows: [...result].map(([name, ms]) => [name, ms.toFixed(3)]),
    notes: [
      `perf.model(), read to the end. ${callRounds.measured} interleaved rounds after ${callRounds.warm} to warm up. The mock makes the same parts anew each time, which says what reading so many of them costs by itself.`,
    ],
    wrong: [...wrong],
  };
}

const answering = () => mockModel({ spec: 'v3', respond: () => longAnswer });
