import type { ModelCall, Reply } from '../pipeline/call.ts';
import { finishUsage } from '../pipeline/finish-usage.ts';
import { observe } from '../pipeline/observe.ts';
import { isFinish } from '../pipeline/parts.ts';
import { readUsage, type TokenUsage } from '../pipeline/usage.ts';
import type { Turn } from './rate-gate.ts';
import type { Release } from './slots.ts';
import type { TokenEstimate, TokenEstimates } from './token-estimates.ts';

interface Watched {
  readonly call: ModelCall;
  readonly model: string;
  readonly turn: Turn;
  readonly release: Release;
  /** Absent where tokens are not counted. */
  readonly estimate: TokenEstimate | undefined;
  readonly estimates: TokenEstimates;
  readonly fault: (where: string, error: unknown) => void;
}

/** Gives the slot back when the answer has ended or is given up, and sets right what was taken for it. */
export function watchAnswer(reply: Reply, watched: Watched): Reply {
  const { call, model, turn, release, estimate, estimates } = watched;
  const fault = (error: unknown): void => watched.fault('limits', error);
  const signal = call.request.abortSignal;
  let usage: TokenUsage | undefined;

  const over = (): void => {
    signal?.removeEventListener('abort', over);
    release();
  };
  // Who aborts may not read any more, and then nobody else would tell that it has ended.
  signal?.addEventListener('abort', over);
  if (signal?.aborted) over();

  const parts = observe(
    reply.parts,
    {
      part(part) {
        if (estimate && isFinish(part)) usage = readUsage(finishUsage(part));
      },
      end() {
        over();
        if (!estimate || !usage) return;
        turn.settle(usage.inputTokens + usage.outputTokens);
        estimates.learn(model, estimate, usage);
      },
    },
    fault,
  );
  return { ...reply, parts };
}
