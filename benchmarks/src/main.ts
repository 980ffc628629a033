import { budgets } from './budgets.ts';
import { cacheLocal } from './cache-local.ts';
import { cacheStore } from './cache-store.ts';
import { callOverhead } from './call-overhead.ts';
import { contextRecall } from './context-recall.ts';
import { countTokens } from './count-tokens.ts';
import { embeddings } from './embeddings.ts';
import { documents } from './documents.ts';
import { importTime } from './import-time.ts';
import { redisFaults } from './redis-faults.ts';
import { stampede } from './stampede.ts';
import { storage } from './storage.ts';
import { printTable, type Table } from './table.ts';
import { usage } from './usage.ts';
import { machineLine } from './versions.ts';

const benches: Readonly<Record<string, () => Promise<Table | readonly Table[]>>> = {
  'import-time': importTime,
  'call-overhead': callOverhead,
  'cache-local': cacheLocal,
  'cache-store': cacheStore,
  stampede,
  'redis-faults': redisFaults,
  storage,
  usage,
  budgets,
  tokens: countTokens,
  context: contextRecall,
  documents,
  embeddings,
};

const asked = process.argv.slice(2).filter((argument) => argument !== '--');
const names = asked.length > 0 ? asked : Object.keys(benches);
console.log(machineLine());
for (const name of names) {
  const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
  if (!bench) {
    console.error(`no bench "${name}"; there are: ${Object.keys(benches).join(', ')}`);
    process.exitCode = 2;
    continue;
  }
  for (const table of [await bench()].flat()) {
    printTable(table);
    if (table.wrong && table.wrong.length > 0) process.exitCode = 1;
  }
}
