import type { Clock } from '../base/clock.ts';
import type { ModelCall, PromptMessage } from '../pipeline/call.ts';
import { createRollingSummary, type RollingSummary } from './compress/rolling-summary.ts';
import { askSummarizer, type Summarizer } from './compress/summarizer.ts';
import { summaryBlock } from './compress/summary-block.ts';
import type { CompressionOptions } from './options.ts';
import type { TokenCounter } from './tokens/token-counting.ts';
import { withText } from './with-text.ts';

export interface SummaryInPrompt {
  readonly tokens: number;
  /** That it stands for. */
  readonly messages: number;
  /** The prompt with the summary in front of what a user says first. */
  into(prompt: readonly PromptMessage[]): readonly PromptMessage[];
}

/** What stands for the messages that are left out of a prompt. */
export interface SummarizeDropped {
  /** The newest summary that is ready; the next one is made beside the call. */
  (
    call: ModelCall,
    options: CompressionOptions | undefined,
    dropped: readonly PromptMessage[],
    room: number,
    counter: TokenCounter,
  ): SummaryInPrompt | undefined;
  /** Tokens to keep free for it; 0 where there will be none. */
  roomFor(call: ModelCall, options: CompressionOptions | undefined): number;
  /** Resolves when no summary is being made. */
  idle(): Promise<void>;
}

export interface SummarizeDeps {
  readonly clock: Clock;
  readonly fault: (where: string, error: unknown) => void;
}

const TOKENS = 500;
/** What stands around it. */
const FRAME = 60;

export function summarizeDropped({ clock, fault }: SummarizeDeps): SummarizeDropped {
  const rolling = new Map<Summarizer, Map<number, RollingSummary>>();

  const rollingFor = (summarizer: Summarizer, maxTokens: number): RollingSummary | undefined => {
    const ask = askSummarizer(summarizer);
    if (!ask) return undefined;
    const ofIt = rolling.get(summarizer) ?? new Map<number, RollingSummary>();
    rolling.set(summarizer, ofIt);
    const known =
      ofIt.get(maxTokens) ??
      createRollingSummary({
        ask: async (request) => (await ask(request)) as string,
        clock,
        fault,
        maxTokens,
      });
    ofIt.set(maxTokens, known);
    return known;
  };

  const summarize = (...[call, options, dropped, room, counter]: Parameters<SummarizeDropped>) => {
    const { summarizer, summaryTokens = TOKENS } = options ?? {};
    const whose = conversationKey(call);
    if (summarizer === undefined || whose === undefined) return undefined;
    const summary = rollingFor(summarizer, summaryTokens)?.summaryFor(dropped, whose);
    if (!summary) return undefined;
    const text = summaryBlock(summary.text);
    const { tokens } = counter.text(text);
    if (tokens > room) return undefined;
    return {
      tokens,
      messages: summary.messages,
      into: (prompt: readonly PromptMessage[]) =>
        withText(
          prompt,
          prompt.findIndex(({ role }) => role === 'user'),
          text,
        ),
    };
  };
  return Object.assign(summarize, {
    roomFor: (call: ModelCall, options: CompressionOptions | undefined) =>
      options?.summarizer === undefined || conversationKey(call) === undefined
        ? 0
        : (options.summaryTokens ?? TOKENS) + FRAME,
    async idle() {
      const all = [...rolling.values()].flatMap((ofIt) => [...ofIt.values()]);
      await Promise.all(all.map((one) => one.idle()));
    },
  });
}

/** Whose conversation it is; `undefined` where that is not known, or where it is no conversation. */
function conversationKey({
  caller: { agent, resource, thread, scope, cause },
}: ModelCall): string | undefined {
  return thread === undefined || cause ? undefined : JSON.stringify([agent, resource, thread, scope]);
}
