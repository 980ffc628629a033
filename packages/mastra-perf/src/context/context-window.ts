import { PerfError } from '../errors.ts';
import type { ContextFacts, Middleware, ModelCall, Reply } from '../pipeline/call.ts';
import { observe } from '../pipeline/observe.ts';
import { isFromModel } from '../pipeline/outcome.ts';
import { finishUsage } from '../pipeline/finish-usage.ts';
import { isFinish, type StreamPart } from '../pipeline/parts.ts';
import { readUsage } from '../pipeline/usage.ts';
import { withRequest } from '../pipeline/with-request.ts';
import type { ContextSettings } from './options.ts';
import type { RewritePrompt } from './rewrite-prompt.ts';
import type { TokenCounter, TokenCounting } from './tokens/token-counting.ts';

export interface ContextDeps {
  readonly settingsOf: (call: ModelCall) => ContextSettings | false;
  readonly counting: TokenCounting;
  readonly rewrite: RewritePrompt;
  readonly tell: (call: ModelCall, facts: ContextFacts) => void;
  readonly fault: (where: string, error: unknown) => void;
}

const NAME = 'context';

/** Makes a prompt fit before it is looked up anywhere: another prompt is another question. */
export function contextWindow({ settingsOf, counting, rewrite, tell, fault }: ContextDeps): Middleware {
  return {
    name: NAME,
    async run(call, next) {
      const settings = settingsOf(call);
      if (settings === false) return next();
      const counter = await counting.load(call.model);
      const rewritten = await rewrite(call, settings, counter);
      if (!rewritten) return learnt(call, await next(), counter, counting, fault);
      const { prompt, facts } = rewritten;
      call.facts.context = facts;
      tell(call, facts);
      if (facts.isTooLong && settings.onOverflow === 'error') throw overflow(call, facts);
      const shorter = withRequest(call, { ...call.request, prompt });
      return learnt(shorter, await next(shorter), counter, counting, fault);
    },
  };
}

/** What the provider reports of the prompt makes the next estimate better. */
function learnt(
  call: ModelCall,
  reply: Reply,
  counter: TokenCounter,
  counting: TokenCounting,
  fault: ContextDeps['fault'],
): Reply {
  if (!counter.learns || !isFromModel(call.facts.outcome)) return reply;
  const part = (one: StreamPart): void => {
    if (!isFinish(one)) return;
    const reported = readUsage(finishUsage(one))?.inputTokens ?? 0;
    const { estimate } = counter.request(call.request);
    if (estimate !== undefined && reported > 0) counting.calibrate(call.model, estimate, reported);
  };
  return { ...reply, parts: observe(reply.parts, { part }, (error) => fault(NAME, error)) };
}

function overflow({ caller, model }: ModelCall, { tokensAfter, budget }: ContextFacts): PerfError {
  return new PerfError(
    'MASTRA_PERF_CONTEXT_OVERFLOW',
    `the question of agent "${caller.agent}" with its system messages has ${tokensAfter} tokens, ${String(budget)} fit (${model.modelId}): shorten it, or raise context.maxTokens`,
  );
}
