import { readUsage, type TokenUsage } from '../pipeline/usage.ts';
import type { BatchAgentLike, BatchCall, BatchMemory, BatchReply } from './batch-agent.ts';
import { freshIds } from './batch-ids.ts';
import type { BatchItem } from './batch-item.ts';
import { splitUsage } from './batch-usage.ts';
import { FRAME, framedItems } from './frame.ts';
import type { ItemSchema } from './item-schema.ts';
import { matchAnswers } from './match-answers.ts';
import type { BatchScope } from './options.ts';
import { orLeft, untilAllLeft } from './until-all-left.ts';

export interface AskDeps<T> {
  readonly agent: BatchAgentLike;
  readonly schema: ItemSchema<T>;
  readonly makeId: () => string;
  readonly generateOptions: Readonly<Record<string, unknown>> | undefined;
  /** The agent is asked. */
  readonly onCall: () => void;
  readonly onUsage: (usage: TokenUsage) => void;
}

/** Where and for whom a call is made. */
export interface AskContext {
  readonly scope: BatchScope;
  readonly memory: BatchMemory | undefined;
  readonly requestContext: object | undefined;
}

/** What came of one item. */
export interface Asked<T> {
  readonly item: BatchItem<T>;
  readonly outcome:
    | { readonly value: T; readonly raw: unknown; readonly confidence: number }
    | 'unanswered'
    | 'invalid';
}

/**
 * One call of the agent for all items. It ends when nobody waits for it any more. Rejects as the agent does; the items are not settled, but
 * have been charged what they cost.
 */
export async function askItems<T>(
  items: readonly BatchItem<T>[],
  context: AskContext,
  deps: AskDeps<T>,
): Promise<Asked<T>[]> {
  const { agent, schema, makeId, onCall, onUsage } = deps;
  const ids = freshIds(items.length, makeId);
  const left = untilAllLeft(items);
  const prompt = framedItems(items.map(({ framed }, at) => ({ id: ids[at] ?? '', framed })));
  onCall();
  const asked = Promise.resolve(agent.generate(prompt as never, optionsOf(context, deps, left) as never));
  const reply = ((await orLeft(asked, left)) ?? {}) as BatchReply;

  const matched = matchAnswers(ids, reply.object, reply.text);
  const usage = readUsage(reply.totalUsage ?? reply.usage);
  if (usage) {
    onUsage(usage);
    const shares = items.map(({ tokens }, at) => ({ input: tokens, output: lengthOf(matched[at]) }));
    splitUsage(usage, shares).forEach((part, at) => items[at]?.charge(part));
  }
  return Promise.all(
    items.map(async (item, at): Promise<Asked<T>> => {
      const answer = matched[at] ?? 'unanswered';
      if (typeof answer === 'string') return { item, outcome: answer };
      const checked = await schema.check(answer.response);
      if (!checked) return { item, outcome: 'invalid' };
      return {
        item,
        outcome: { value: checked.value, raw: answer.response, confidence: answer.confidence },
      };
    }),
  );
}

function optionsOf<T>(
  { scope, memory, requestContext }: AskContext,
  { schema, generateOptions = {} }: AskDeps<T>,
  abortSignal: AbortSignal,
): BatchCall {
  const { threadId, resource } = scope;
  const isOfThread = memory !== undefined && threadId !== undefined && resource !== undefined;
  return {
    ...generateOptions,
    // Mastra refuses a resource without a thread where there is a memory, and warns of a thread where there is none. These are the headers
    // by which it tells both to the model itself; the plugin reads them for scope, budgets and usage.
    ...(isOfThread ? {} : { modelSettings: withHeaders(generateOptions.modelSettings, scope) }),
    system: systemOf(generateOptions.system),
    structuredOutput: {
      ...objectOf(generateOptions.structuredOutput),
      schema: schema.reply,
      // An error would take the usage with it.
      errorStrategy: 'fallback',
      fallbackValue: { answers: [] },
    },
    abortSignal,
    ...(requestContext && { requestContext }),
    // Not absent: the agent's default options may name a thread, where all of these messages would be stored.
    memory: isOfThread ? { thread: threadId, resource, options: { readOnly: true } } : null,
  };
}

const withHeaders = (settings: unknown, { threadId, resource }: BatchScope): object => ({
  ...objectOf(settings),
  headers: {
    ...objectOf(objectOf(settings).headers),
    ...(threadId !== undefined && { 'x-thread-id': headerOf(threadId) }),
    ...(resource !== undefined && { 'x-resource-id': headerOf(resource) }),
  },
});

/** What a header cannot hold is named otherwise: no call fails for its id. */
const headerOf = (id: string): string =>
  /^[\u0021-\u007e]([\u0020-\u007e]*[\u0021-\u007e])?$/.test(id) ? id : encodeURIComponent(id.toWellFormed());

/** The frame comes last; Mastra takes texts or messages, one or several. */
function systemOf(own: unknown): unknown {
  if (own === undefined) return FRAME;
  const all: unknown[] = [own].flat();
  const isText = all.every((one) => typeof one === 'string');
  return [...all, isText ? FRAME : { role: 'system', content: FRAME }];
}

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** What an answer weighs; one that is wrong has cost as well, but nobody knows how much. */
const lengthOf = (answer: unknown): number => {
  if (typeof answer !== 'object' || answer === null || !('response' in answer)) return 0;
  return JSON.stringify(answer.response)?.length ?? 0;
};
