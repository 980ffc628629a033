import { AsyncLocalStorage } from 'node:async_hooks';
import { LRUCache } from 'lru-cache';
import type { Background } from '../../base/background.ts';
import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import type { PromptMessage } from '../../pipeline/call.ts';
import type { CountText } from './cut-text.ts';
import { createConversations, type Summary } from './conversation-summaries.ts';
import { unfitness } from './judge-summary.ts';
import { messageText } from './message-text.ts';
import { createMessageHashes } from './message-hashes.ts';
import { createRests } from './rests.ts';
import { DEFAULT_MODEL, steadyCount } from './steady-count.ts';

export interface RollingSummaryOptions {
  /** Shortens a text. Its answer is believed only if it is shorter and fits. */
  readonly ask: (request: RollingRequest) => Promise<string>;
  readonly clock: Clock;
  /**
   * Longest summary.
   * @default 500
   */
  readonly maxTokens?: number;
  readonly fault: (where: string, error: unknown) => void;
  /** @default an estimate for OpenAI's models, with a fifth added */
  readonly count?: CountText;
  /**
   * How long one summary may take.
   * @default 30000
   */
  readonly timeoutMs?: number;
  /** Where the work is done; by default as many conversations at once as ask. */
  readonly background?: Pick<Background, 'run'>;
  readonly random?: () => number;
}

export interface RollingRequest {
  readonly text: string;
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

export interface RollingSummary {
  /**
   * The newest summary that is ready of what `dropped` begins with, and how many of its messages it stands for. The next one is made
   * beside the call, for all of `dropped`. Never throws and never waits.
   *
   * @param scopeKey Whose conversation it is: agent, resource and thread. What one conversation said is never in the summary of another.
   */
  summaryFor(dropped: readonly PromptMessage[], scopeKey: string): Summary | undefined;
  /** Resolves when the summaries that are being made now are made. */
  idle(): Promise<void>;
}

const WHERE = 'context.summary';
const MAX_TOKENS = 500;
const TIMEOUT_MS = 30_000;
/** What is asked for leaves room: what comes next is added as it is until the summary is full, and only then is asked again. */
const ASKED_SHARE = 0.6;
/** Characters of messages in one request: every summarizer's window has room for that. */
const MOST_CHARACTERS = 40_000;
const RESTS = { firstMs: 30_000, maxMs: 1_800_000 };

/**
 * Summaries of what windows leave out of conversations, each made of the one before and of what has come since. What fits in a summary
 * as it is is not summarised: it stands in it word for word.
 */
export function createRollingSummary(options: RollingSummaryOptions): RollingSummary {
  const { ask, clock, fault, background, random = Math.random } = options;
  const { maxTokens = MAX_TOKENS, timeoutMs = TIMEOUT_MS, count = steadyCount(DEFAULT_MODEL) } = options;
  const conversations = createConversations();
  const hashes = createMessageHashes();
  const texts = createMessageTexts();
  const rests = createRests({ clock, random, ...RESTS });
  const underWay = new Map<string, Promise<void>>();
  /** A summarizer that is an agent with a window of its own must not begin summaries of what it was asked. */
  const asking = new AsyncLocalStorage<true>();

  const failed = (scopeKey: string, error: unknown): void => {
    rests.failed(scopeKey);
    try {
      fault(WHERE, error);
    } catch {
      // There is nobody left to tell.
    }
  };

  /** Takes what fits as it is behind the summary so far. */
  const appended = (messages: readonly PromptMessage[], from: Summary): Summary => {
    let { text, messages: covered } = from;
    for (const message of messages.slice(covered)) {
      const longer = joined(text, texts.of(message));
      if (longer.length > MOST_CHARACTERS || count(longer) > maxTokens) break;
      text = longer;
      covered++;
    }
    return { text, messages: covered };
  };

  /** One summary of what is there and of as many more messages as fit in a request. */
  const shortened = async (messages: readonly PromptMessage[], from: Summary): Promise<Summary> => {
    let { text, messages: covered } = from;
    for (const message of messages.slice(covered)) {
      const longer = joined(text, texts.of(message));
      if (longer.length > MOST_CHARACTERS && covered > from.messages) break;
      text = longer;
      covered++;
    }
    const late = new AbortController();
    const request = {
      text,
      maxTokens: Math.max(1, Math.floor(maxTokens * ASKED_SHARE)),
      signal: late.signal,
    };
    const answer: unknown = await withDeadline(clock, timeoutMs, () =>
      asking.run(true, () => ask(request)),
    ).catch((error: unknown) => {
      late.abort(error);
      throw error;
    });
    const unfit = unfitness(answer, { original: text, maxTokens, count });
    if (unfit !== undefined) throw new Error(`the answer of the summarizer is of no use: ${unfit}`);
    return { text: (answer as string).trim(), messages: covered };
  };

  const make = async (
    messages: readonly PromptMessage[],
    hashesOf: readonly number[],
    scopeKey: string,
    from: Summary,
  ): Promise<void> => {
    let summary = from;
    try {
      while (summary.messages < messages.length) {
        summary = await shortened(messages, summary);
        conversations.keep(scopeKey, summary, hashesOf);
        summary = appended(messages, summary);
        conversations.keep(scopeKey, summary, hashesOf);
      }
      rests.succeeded(scopeKey);
    } catch (error) {
      failed(scopeKey, error);
    }
  };

  const begin = (scopeKey: string, task: () => Promise<void>): void => {
    if (underWay.has(scopeKey) || rests.isResting(scopeKey) || asking.getStore()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    underWay.set(scopeKey, promise);
    const over = (): void => {
      underWay.delete(scopeKey);
      resolve();
    };
    // Not at once: the call that asks does not wait for what a summarizer does before its first await.
    const run = (): Promise<void> => Promise.resolve().then(task).finally(over);
    if (!background) void run();
    else if (!background.run(run)) over();
  };

  const summaryFor = (dropped: readonly PromptMessage[], scopeKey: string): Summary | undefined => {
    if (dropped.length === 0) return undefined;
    const hashesOf = hashes.of(dropped);
    const known = conversations.newest(scopeKey, hashesOf);
    const ready = appended(dropped, known ?? { text: '', messages: 0 });
    if (ready.messages > (known?.messages ?? 0)) conversations.keep(scopeKey, ready, hashesOf);
    if (ready.messages < dropped.length) begin(scopeKey, () => make([...dropped], hashesOf, scopeKey, ready));
    return ready.messages > 0 && ready.text !== '' ? ready : undefined;
  };

  return {
    summaryFor(dropped, scopeKey) {
      try {
        return summaryFor(dropped, scopeKey);
      } catch (error) {
        failed(scopeKey, error); // a message that cannot be known by its content
        return undefined;
      }
    },
    async idle() {
      await Promise.all(underWay.values());
    },
  };
}

const joined = (before: string, added: string): string =>
  before === '' || added === '' ? before + added : `${before}\n${added}`;

/** Texts of messages, made once for each object. */
function createMessageTexts(): { readonly of: (message: PromptMessage) => string } {
  const known = new LRUCache<PromptMessage, string>({ max: 2000 });
  return {
    of(message) {
      const text = known.get(message) ?? messageText(message);
      known.set(message, text);
      return text;
    },
  };
}
