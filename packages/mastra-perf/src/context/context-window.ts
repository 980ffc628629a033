import { PerfError } from '../errors.ts';
import type { ContextFacts, Middleware, ModelCall, Reply } from '../pipeline/call.ts';
import { observe } from '../pipeline/observe.ts';
import { isFromModel } from '../pipeline/outcome.ts';
import { isFinish } from '../pipeline/parts.ts';
import { readUsage } from '../pipeline/usage.ts';
import { withRequest } from '../pipeline/with-request.ts';
import type { ContextSettings } from './options.ts';
import { newWork } from './tokens/text-counts.ts';
import type { TokenCounter, TokenCounting } from './tokens/token-counting.ts';
import { fit } from './window/fit.ts';
import { promptBudget } from './window/prompt-budget.ts';
import { unitsOf } from './window/units.ts';

export interface ContextDeps {
  readonly settingsOf: (call: ModelCall) => ContextSettings | false;
  readonly counting: TokenCounting;
  /** Tokens that a model takes, its answer included. */
  readonly windowOf: (provider: string, modelId: string) => Promise<number | undefined>;
  readonly tell: (call: ModelCall, facts: ContextFacts) => void;
  readonly fault: (where: string, error: unknown) => void;
}

const NAME = 'context';

/** Leaves out of a prompt what does not fit, before it is looked up anywhere: another prompt is another question. */
export function contextWindow(deps: ContextDeps): Middleware {
  const { settingsOf, counting, tell, fault } = deps;
  return {
    name: NAME,
    async run(call, next) {
      const settings = settingsOf(call);
      if (settings === false) return next();
      const counter = await counting.load(call.model);
      const fitted = await fittedCall(call, settings, counter, deps);
      const { context } = call.facts;
      if (context) tell(call, context);
      if (context?.isTooLong && settings.onOverflow === 'error') throw overflow(call, context);
      return learnt(fitted, await next(fitted), counter, counting, fault);
    },
  };
}

async function fittedCall(
  call: ModelCall,
  settings: ContextSettings,
  counter: TokenCounter,
  { windowOf }: ContextDeps,
): Promise<ModelCall> {
  const { request, model } = call;
  const { prompt } = request;
  const work = newWork();
  const besides = counter.besides(request, work);
  // The newest first: what is not counted exactly for want of time is the oldest.
  const counts = prompt.toReversed().map((message) => counter.message(message, work));
  const tokens = counts.reduce((sum, count) => sum + count.tokens, besides.tokens);
  const budget = promptBudget({
    settings,
    window: await windowOf(model.provider, model.modelId),
    maxOutputTokens: numberIn(request.maxOutputTokens),
    isExact: besides.exact && counts.every(({ exact }) => exact),
  });
  if (budget === undefined || tokens <= budget) return call;

  const tokensOf = new Map(
    prompt.map((message, index) => [message, counts[prompt.length - 1 - index]?.tokens ?? 0]),
  );
  const units = unitsOf(prompt, {
    tokensOf: (message) => tokensOf.get(message) ?? 0,
    keepFirst: settings.keepFirst ?? 0,
  });
  const { dropped, tokens: kept } = fit(
    units,
    Math.max(1, budget - besides.tokens),
    settings.trim ?? 'block',
  );
  const left = units.flatMap((unit, place) => (dropped.has(place) ? [] : prompt.slice(unit.from, unit.to)));
  call.facts.context = {
    tokensBefore: tokens,
    tokensAfter: besides.tokens + kept,
    budget,
    droppedMessages: prompt.length - left.length,
    isTooLong: besides.tokens + kept > budget,
  };
  return withRequest(call, { ...request, prompt: left });
}

/** What the provider reports of the prompt makes the next estimate better. */
function learnt(
  call: ModelCall,
  reply: Reply,
  counter: TokenCounter,
  counting: TokenCounting,
  fault: ContextDeps['fault'],
): Reply {
  if (!isFromModel(call.facts.outcome)) return reply;
  const part = (one: { readonly type: string }): void => {
    if (!isFinish(one as never)) return;
    const reported = readUsage((one as { usage?: unknown }).usage)?.inputTokens ?? 0;
    const { estimate } = counter.request(call.request);
    if (estimate !== undefined && reported > 0) counting.calibrate(call.model, estimate, reported);
  };
  return { ...reply, parts: observe(reply.parts, { part }, (error) => fault(NAME, error)) };
}

function overflow({ caller, model }: ModelCall, { tokensAfter, budget }: ContextFacts): PerfError {
  return new PerfError(
    'MASTRA_PERF_CONTEXT_OVERFLOW',
    `the question of agent "${caller.agent}" with its system messages has ${tokensAfter} tokens, ${budget} fit (${model.modelId}): shorten it, or raise context.maxTokens`,
  );
}

const numberIn = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
