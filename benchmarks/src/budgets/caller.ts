import { setTimeout } from 'node:timers/promises';
import { MASTRA_RESOURCE_ID_KEY, RequestContext } from '@mastra/core/request-context';
import { benchOptions, serve } from '../bench-process.ts';
import { MAX_OUTPUT_TOKENS, type CallerOptions, type Rush, type RushResult } from './callers.ts';
import { limitedAgent } from './limited-agent.ts';

const options = benchOptions<CallerOptions>();
const agent = limitedAgent(options);
serve(rushed);

type Came = 'answered' | 'refused' | { readonly failed: string };

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

const cameOf = (error: unknown): Came =>
  error instanceof Error && error.name === 'BudgetExceededError' ? 'refused' : { failed: String(error) };

async function rushed({ callers, retryMs, forMs, resource }: Rush): Promise<RushResult> {
  const until = performance.now() + forMs;
  const result = { answered: 0, refused: 0, failed: [] as string[] };
  const one = async (_: unknown, caller: number): Promise<void> => {
    for (;;) {
      const came = await ask(`What does caller ${caller} of ${options.name} pay for this answer?`, resource);
      if (came === 'refused') result.refused++;
      else if (came === 'answered') result.answered++;
      else result.failed.push(came.failed);
      if (came !== 'refused' || performance.now() > until) return;
      await setTimeout(retryMs);
    }
  };
  await Promise.all(Array.from({ length: callers }, one));
  return result;
}
