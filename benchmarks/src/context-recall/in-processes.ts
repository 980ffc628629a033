import { availableParallelism } from 'node:os';
import { startBenchProcess } from '../bench-process.ts';

/** Does the tasks in as many processes as there are cores, and gives the answers in the order of the tasks. */
export async function inProcesses<A>(
  file: URL,
  options: object,
  tasks: readonly object[],
): Promise<readonly A[]> {
  const answers: A[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    const one = await startBenchProcess(file, options);
    try {
      for (let place = next++; place < tasks.length; place = next++)
        answers[place] = (await one.ask(tasks[place] ?? {})) as A;
    } finally {
      await one.end();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), tasks.length) }, work));
  return answers;
}
