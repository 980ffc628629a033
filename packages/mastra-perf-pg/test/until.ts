import { setTimeout } from 'node:timers/promises';

const PATIENCE_MS = 15_000;
const EVERY_MS = 20;

/** Asks until the answer is yes. Fails the test, with the name of what was waited for, if it never is. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
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

/** Fails the test if the work takes longer, whatever it comes to. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = setTimeout(ms, undefined, { signal: timer.signal }).then(
    () => {
      throw new Error(`not settled within ${ms} ms`);
    },
    () => undefined as never,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}

/** Why it was rejected; fails the test if it was not. */
export async function reasonOf(work: Promise<unknown>): Promise<unknown> {
  const settled = await work.then(
    (value) => ({ value }),
    (reason: unknown) => ({ reason }),
  );
  if ('reason' in settled) return settled.reason;
  throw new Error('it was not rejected');
}
