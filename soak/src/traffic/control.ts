import { setTimeout } from 'node:timers/promises';

/** A request that goes the way of a call and asks for nothing but whether the stores are there. */
export interface ControlCall {
  readonly startedAt: number;
  readonly endedAt: number;
}

const EVERY_MS = 200;

/** Tells what this machine takes for the way of a call, in the same minutes as the calls. */
export async function askControls(url: string, ended: AbortSignal): Promise<readonly ControlCall[]> {
  const controls: ControlCall[] = [];
  while (!ended.aborted) {
    const startedAt = Date.now();
    const isAnswered = await fetch(`${url}/control`).then(
      async (response) => (await response.text()) !== '' && response.ok,
      () => false, // a fault; those outside of them are told by the calls
    );
    if (isAnswered) controls.push({ startedAt, endedAt: Date.now() });
    await setTimeout(EVERY_MS, undefined, { signal: ended }).catch(() => undefined); // it is over
  }
  return controls;
}
