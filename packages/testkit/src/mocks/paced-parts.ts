import type { MockPace } from './mock-answer.ts';
import { pause, untilAborted } from '../until-aborted.ts';

/** Yields the parts at the pace of the answer; throws where the answer says or the signal fires. */
export async function* pacedParts<Part>(
  parts: readonly Part[],
  pace: MockPace,
  signal?: AbortSignal,
): AsyncGenerator<Part, void> {
  await pause(pace.firstDelayMs, signal);
  for (let index = 0; index <= parts.length; index++) {
    if (index === pace.failAfter) throw pace.error ?? new Error(`mock model failed after ${index} parts`);
    const part = parts[index];
    if (part === undefined) return;
    if (index > 0) await pause(pace.delayMs, signal);
    if (pace.gate) await untilAborted(pace.gate(index), signal);
    signal?.throwIfAborted();
    yield part;
  }
}
