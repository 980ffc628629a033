import type { ModelLike } from '../../pipeline/model-proxy.ts';
import { contextWith } from '../call-overrides.ts';
import type { WarmAgent } from './agents-of.ts';

/** Fewer are refused by OpenAI's Responses API. */
const MAX_OUTPUT_TOKENS = 16;

/**
 * Asks the model of an agent for one word; it is counted for the agent. Tells whether it has one that can be asked.
 *
 * @throws what the model throws
 */
export async function askOnce(agent: WarmAgent, abortSignal: AbortSignal): Promise<boolean> {
  const requestContext = contextWith({ cache: 'bypass', coalesce: false });
  const model = (await agent.getModel?.({ requestContext })) as ModelLike | undefined;
  if (typeof model?.doStream !== 'function') return false;
  const prompt = [{ role: 'user', content: [{ type: 'text', text: 'Say "ok".' }] }];
  const { stream } = (await model.doStream({
    prompt,
    maxOutputTokens: MAX_OUTPUT_TOKENS,
    abortSignal,
  } as never)) as { readonly stream: ReadableStream<{ readonly type: string; readonly error?: unknown }> };
  for await (const part of stream) if (part.type === 'error') throw part.error;
  return true;
}
