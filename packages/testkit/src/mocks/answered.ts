import type { MockAnswer } from './mock-answer.ts';
import type { MockCalls } from './mock-calls.ts';
import { pacedParts } from './paced-parts.ts';
import { untilAborted } from '../until-aborted.ts';

/** Decides what to answer; `callNumber` counts generate and stream calls together, from 1. */
export type Respond<Options> = (options: Options, callNumber: number) => MockAnswer | Promise<MockAnswer>;

interface Abortable {
  readonly abortSignal?: AbortSignal | undefined;
}

/** Records the call and asks for its answer; rejects with the answer's `error` or the abort reason. */
export async function answered<Options extends Abortable>(
  calls: MockCalls<Options>,
  kind: 'generate' | 'stream',
  options: Options,
  respond: Respond<Options> | undefined,
): Promise<{ answer: MockAnswer; callNumber: number }> {
  calls[kind]++;
  calls.options.push(options);
  const callNumber = calls.total;
  const answer = await countAborts(calls, options, async () => {
    options.abortSignal?.throwIfAborted();
    return untilAborted(
      respond ? respond(options, callNumber) : { text: `answer #${callNumber}` },
      options.abortSignal,
    );
  });
  if (answer.error !== undefined && answer.failAfter === undefined) throw answer.error;
  return { answer, callNumber };
}

/** What `doGenerate` waits for: the whole answer at its own pace. */
export async function playedOut<Options extends Abortable>(
  calls: MockCalls<Options>,
  options: Options,
  parts: readonly unknown[],
  answer: MockAnswer,
): Promise<void> {
  await countAborts(calls, options, async () => {
    const played = pacedParts(parts, answer, options.abortSignal);
    while (!(await played.next()).done);
  });
  if (answer.errorPart !== undefined) throw answer.errorPart;
}

async function countAborts<T>(
  calls: MockCalls<unknown>,
  options: Abortable,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (options.abortSignal?.aborted) calls.aborted++;
    throw error;
  }
}
