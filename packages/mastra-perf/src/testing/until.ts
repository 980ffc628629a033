import { setTimeout } from 'node:timers/promises';

const EVERY_MS = 10;

/** Asks until the answer is yes, or for so long. Tells the last answer. */
export async function until(isSo: () => boolean | Promise<boolean>, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) return false;
    await setTimeout(EVERY_MS);
  }
  return true;
}
