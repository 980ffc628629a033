import { setTimeout } from 'node:timers/promises';
import { MASTRA_RESOURCE_ID_KEY, RequestContext } from '@mastra/core/request-context';
import type { BudgetExceededError } from 'mastra-perf';
import { benchOptions, serve } from '../bench-process.ts';
import { MAX_OUTPUT_TOKENS, type CallerOptions, type Rush, type RushResult } from './callers.ts';
import { limitedAgent } from './limited-agent.ts';

const options = benchOptions<CallerOptions>();
const agent = limitedAgent(options);
serve(rushed);

/** `waits`: what is held for others may come free. */
type Came = 'answered' | 'refused' | 'waits' | 'failed';

async function ask(question: string, resource: string): Promise<Came> {
  try {
    const requestContext = new RequestContext();
    requestContext.set(MASTRA_RESOURCE_ID_KEY, resource);
    const result = await agent.generate(question, {
      requestContext,
      modelSettings: { maxOutputTokens: MAX_OUTPUT_TOKENS, maxRetries: 0 },
    });
    if (result.tripwire) return 'refused';
    return result.error ? cameOf(result.error) : 'answered';
  } catch (error) {
    return cameOf(error);
  }
}

function cameOf(error: unknown): Came {
  if (!(error instanceof Error) || error.name !== 'BudgetExceededError') return 'failed';
  const { reason, held } = error as BudgetExceededError;
  return reason === 'exceeded' && held === 0 ? 'refused' : 'waits';
}

async function rushed({ callers, retryMs, forMs, resource }: Rush): Promise<RushResult> {
  const begun = performance.now();
  const result = { answered: 0, refused: 0, failed: 0 };
  const one = async (_: unknown, caller: number): Promise<void> => {
    for (;;) {
      const came = await ask(`What does caller ${caller} of ${options.name} pay for this answer?`, resource);
      if (came === 'answered') return void result.answered++;
      if (came === 'refused') return void result.refused++;
      if (came === 'failed') result.failed++;
      if (performance.now() - begun > forMs) return;
      await setTimeout(retryMs * (0.5 + Math.random()));
    }
  };
  await Promise.all(Array.from({ length: callers }, one));
  return { ...result, tookMs: performance.now() - begun };
}
