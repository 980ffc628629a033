import type { ModelCall, ModelRequest, PromptCacheFacts } from '../../pipeline/call.ts';
import { compose } from '../../pipeline/compose.ts';
import { answerOf, callOf, replyOf, testModel, textFrom } from '../../pipeline/test-calls.ts';
import { promptCache, type PromptCacheDeps } from './prompt-cache.ts';
import { answer, LONG, step, system, tool, user, whereMarked } from './test-conversations.ts';

/* Requests through the middleware, for its tests. Imported only by tests. */

export interface Asking extends Partial<PromptCacheDeps> {
  readonly provider?: string;
  readonly modelId?: string;
  readonly specification?: string;
  readonly endpoint?: string;
  readonly agent?: string;
}

/** What reaches the model, and what the call says of it. */
export async function sent(request: ModelRequest, asking: Asking = {}) {
  const {
    provider = 'anthropic.messages',
    modelId = 'claude-sonnet-5',
    specification = 'v4',
    endpoint,
    agent,
  } = asking;
  const faults: unknown[] = [];
  const model = testModel(() => replyOf(answerOf('ok')));
  const middleware = promptCache({
    settingsOf: asking.settingsOf ?? (() => 'auto'),
    fault: (_where, error) => void faults.push(error),
    ...(asking.isPassing && { isPassing: asking.isPassing }),
  });
  const call: ModelCall = {
    ...callOf(model, agent === undefined ? {} : { caller: { agent } }),
    request,
    model: { provider, modelId, specification, ...(endpoint !== undefined && { endpoint }) },
  };
  const text = await textFrom(compose([middleware], (_where, error) => void faults.push(error))(call));
  const { promptCache: facts } = call.facts as { promptCache?: PromptCacheFacts };
  return { request: model.asked[0]!.request, facts, faults, text };
}
export const placed = async (request: ModelRequest, asking?: Asking): Promise<string[]> =>
  whereMarked((await sent(request, asking)).request);

export const tools = [tool('a', { description: LONG }), tool('b')];
export const loop = (steps: number, calls = 1): ModelRequest => ({
  prompt: [
    system(),
    user('old'),
    answer(),
    user(),
    ...Array.from({ length: steps }, (_, n) => step(n, calls)).flat(),
  ],
  tools,
});
