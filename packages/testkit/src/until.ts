import { setTimeout } from 'node:timers/promises';

const PATIENCE_MS = 20_000;
const EVERY_MS = 20;

/** Asks until the answer is yes. @throws Error naming `what` was waited for, if it never is */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Waited ${PATIENCE_MS} ms in vain until ${what}.`);
    await setTimeout(EVERY_MS);
  }
}

/** Asks until it does not fail, and gives the answer. */
export async function untilWorks<T>(what: string, ask: () => Promise<T>): Promise<T> {
  let answer: { readonly value: T } | undefined;
  await until(what, async () => {
    answer = await ask().then(
      (value) => ({ value }),
      () => undefined,
    );
    return answer !== undefined;
  });
  return answer!.value;
}
