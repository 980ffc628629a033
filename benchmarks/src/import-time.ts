import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from './median.ts';
import type { Table } from './table.ts';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
const PROCESSES = 11;

/** Milliseconds that `import(name)` takes in a process of its own. */
async function importOnce(name: string): Promise<number> {
  const script = `const begun = performance.now(); await import('${name}'); console.log(performance.now() - begun);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: here });
  return Number(stdout);
}

/** What importing the plugin costs at start-up, beside what the app imports anyway. */
export async function importTime(): Promise<Table> {
  const names = ['mastra-perf', '@mastra/core/agent'];
  const rows: string[][] = [];
  for (const name of names) {
    const samples: number[] = [];
    for (let index = 0; index < PROCESSES; index++) samples.push(await importOnce(name));
    rows.push([name, median(samples).toFixed(1)]);
  }
  return {
    title: 'Import in a fresh process',
    columns: ['package', 'median ms'],
    rows,
    notes: [`${PROCESSES} processes each, files in the cache of the system.`],
  };
}
