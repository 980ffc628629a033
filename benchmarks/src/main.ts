import { availableParallelism, cpus } from 'node:os';
import { callOverhead } from './call-overhead.ts';
import { importTime } from './import-time.ts';
import { printTable } from './table.ts';

const benches = { 'import-time': importTime, 'call-overhead': callOverhead };

const asked = process.argv.slice(2).filter((argument) => argument !== '--');
const names = asked.length > 0 ? asked : Object.keys(benches);
console.log(
  `Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}`,
);
for (const name of names) {
  if (!Object.hasOwn(benches, name)) {
    console.error(`no bench "${name}"; there are: ${Object.keys(benches).join(', ')}`);
    process.exitCode = 2;
    continue;
  }
  printTable(await benches[name as keyof typeof benches]());
}
