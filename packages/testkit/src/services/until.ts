import { setTimeout } from 'node:timers/promises';

const EVERY_MS = 20;

/** Asks again and again until the answer is yes. @throws Error naming `what` was waited for, after `patienceMs` */
export async function until(what: string, isSo: () => Promise<boolean>, patienceMs = 20_000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Waited ${patienceMs} ms in vain until ${what}.`);
    await setTimeout(EVERY_MS);
  }
}
