import { batching } from './batching.ts';
import { budgets } from './budgets.ts';
import { cacheLocal } from './cache-local.ts';
import { cacheStore } from './cache-store.ts';
import { callOverhead } from './call-overhead.ts';
import { contextRecall } from './context-recall.ts';
import { countTokens } from './count-tokens.ts';
import { embeddings } from './embeddings.ts';
import { documents } from './documents.ts';
import { importTime } from './import-time.ts';
import { limits } from './limits.ts';
import { monitor } from './monitor.ts';
import { redisFaults } from './redis-faults.ts';
import { stampede } from './stampede.ts';
import { recordBench } from './record-bench.ts';
import { semantic } from './semantic.ts';
import { semanticSearch } from './semantic-search.ts';
import { storage } from './storage.ts';
import { printTable, type Table } from './table.ts';
import { takeRates } from './take-rates.ts';
import { usage } from './usage.ts';
import { machineLine } from './versions.ts';
import { warmup } from './warmup.ts';

const benches: Readonly<Record<string, () => Promise<Table | readonly Table[]>>> = {
  'import-time': importTime,
  'call-overhead': callOverhead,
  'cache-local': cacheLocal,
  'cache-store': cacheStore,
  stampede,
  'redis-faults': redisFaults,
  semantic,
  'semantic-search': semanticSearch,
  storage,
  monitor,
  usage,
  budgets,
  limits,
  'take-rates': takeRates,
  tokens: countTokens,
  context: contextRecall,
  documents,
  embeddings,
  warmup,
  batching,
};

/** All of them, or what is named with it, into docs/benchmarks.md as well. */
const RECORD = '--record';
const given = process.argv.slice(2).filter((argument) => argument !== '--');
const asked = given.filter((argument) => argument !== RECORD);
const names = asked.length > 0 ? asked : Object.keys(benches);
const isRecorded = asked.length === 0 || given.includes(RECORD);
console.log(machineLine());
for (const name of names) {
  const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
  if (!bench) {
    console.error(`no bench "${name}"; there are: ${Object.keys(benches).join(', ')}`);
    process.exitCode = 2;
    continue;
  }
  const begun = machineLine();
  const tables = [await bench()].flat();
  for (const table of tables) {
    printTable(table);
    if (table.wrong && table.wrong.length > 0) process.exitCode = 1;
  }
  if (isRecorded) await recordBench(name, begun, tables, Object.keys(benches));
}
