import type { Middleware, ModelCall } from '../pipeline/call.ts';
import { observe, type EndStatus } from '../pipeline/observe.ts';
import { isFromModel } from '../pipeline/outcome.ts';
import { isFinish } from '../pipeline/parts.ts';
import { answerUsage, type AnswerUsage } from './answer-usage.ts';
import { billedTokens } from './billed-tokens.ts';
import { endingOf } from '../pipeline/ending.ts';
import { groupOf } from './usage-group.ts';
import type { CountDeps } from './usage-deps.ts';

const NAME = 'usage.outcomes';
const OUTCOME = {
  miss: 'misses',
  hit: 'hits',
  stale: 'stale',
  semantic: 'hits', // a look-up that did not ask the model, as any other
  shared: 'shared',
  bypass: 'bypassed',
} as const;
const FAILURE = { ok: undefined, error: 'errors', aborted: 'aborted' } as const;

/**
 * Counts each call once, by how it was answered and how it ended, and what those that did not ask the model saved,
 * estimated where the answer reports no usage. It sits far out, but within the middleware that takes the usage of hits
 * away.
 */
export function countOutcomes({ settingsOf, tally, billing, fault }: CountDeps): Middleware {
  const count = (call: ModelCall, status: EndStatus, answer?: AnswerUsage): void => {
    const { outcome } = call.facts;
    const group = groupOf(call);
    const failure = FAILURE[status];
    const counts = { [OUTCOME[outcome.name]]: 1, ...(failure && { [failure]: 1 }) };
    if (isFromModel(outcome) || status !== 'ok') return tally.record(group, counts);
    const usage = answer?.of(call, undefined)?.usage;
    const tokens = billedTokens(usage);
    const saved = {
      savedCalls: 1,
      savedInputTokens: tokens?.inputTokens ?? 0,
      savedOutputTokens: tokens?.outputTokens ?? 0,
      savedMs: Math.round(Math.max(0, outcome.savedMs ?? 0)),
    };
    billing.record({ kind: 'saved', group, model: call.model, usage }, { ...counts, ...saved });
  };
  return {
    name: NAME,
    async run(call, next) {
      if (settingsOf(call) === false) return next();
      let reply;
      try {
        reply = await next();
      } catch (error) {
        count(call, endingOf(call, 'error', false));
        throw error;
      }
      let finished = false;
      const answer = isFromModel(call.facts.outcome) ? undefined : answerUsage();
      const parts = observe(
        reply.parts,
        {
          part(part) {
            finished ||= isFinish(part);
            answer?.see(part);
          },
          end: (status) => count(call, endingOf(call, status, finished), answer),
        },
        (error) => fault(NAME, error),
      );
      return { ...reply, parts };
    },
  };
}
