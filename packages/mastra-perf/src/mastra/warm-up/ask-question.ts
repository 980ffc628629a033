import type { RequestContext } from '@mastra/core/request-context';
import { isPerfError } from '../../errors.ts';
import { contextWith } from '../call-overrides.ts';
import type { WarmAgent } from './agents-of.ts';

const RESOURCE_HEADER = 'x-resource-id';

export interface AskedQuestion {
  readonly question: string;
  readonly resource?: string;
  readonly ask?: boolean;
}

/**
 * Asks a question through its agent, so that no conversation is stored. Tells whether there is an answer now: there may be
 * none where the model is not to be asked, and what was given then is in no account, since nobody wanted it yet.
 */
export async function askQuestion(
  agent: WarmAgent,
  { question, resource, ask = false }: AskedQuestion,
  abortSignal: AbortSignal,
): Promise<boolean> {
  const requestContext = contextWith<RequestContext>(
    ask ? {} : { cache: 'only-if-cached', usage: false, latency: false },
  );
  // As Mastra tells it to each model. Told as a memory's it asks for a thread, which is then made.
  const headers = { [RESOURCE_HEADER]: resource };
  try {
    await agent.generate?.(question, {
      requestContext,
      abortSignal,
      ...(resource !== undefined && { modelSettings: { headers } }),
    });
    return true;
  } catch (error) {
    if (isPerfError(error) && error.code === 'MASTRA_PERF_NOT_CACHED') return false;
    throw error;
  }
}
