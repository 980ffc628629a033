import type { Agent } from '@mastra/core/agent';
import type { Perf } from 'mastra-perf';
import type { DayCall } from './day.ts';

/** What one call gave and how long it took, seen from the application. */
export interface Answer {
  readonly call: DayCall;
  /** Empty when the call failed. */
  readonly text: string;
  readonly error?: string;
  readonly ms: number;
  /** Until the first piece of text; only of streams. */
  readonly firstTextMs?: number;
  /** What the plugin did for the last model call; absent without the plugin and for failures. */
  readonly outcome?: string;
}

/** Asks as the user would; a failure is a result here, not an exception. */
export async function ask(agent: Agent, call: DayCall, outcomeOf: Perf['outcome']): Promise<Answer> {
  const start = performance.now();
  try {
    const answer = await (call.stream
      ? askStreaming(agent, call, outcomeOf)
      : askAtOnce(agent, call, outcomeOf));
    return { call, ...answer };
  } catch (error) {
    return {
      call,
      text: '',
      error: error instanceof Error ? error.message : String(error),
      ms: performance.now() - start,
    };
  }
}

async function askAtOnce(
  agent: Agent,
  call: DayCall,
  outcomeOf: Perf['outcome'],
): Promise<Omit<Answer, 'call'>> {
  const start = performance.now();
  const output = await agent.generate(call.question, { memory: memoryOf(call) });
  const ms = performance.now() - start;
  return { text: output.text, ms, ...named(outcomeOf(output)) };
}

async function askStreaming(
  agent: Agent,
  call: DayCall,
  outcomeOf: Perf['outcome'],
): Promise<Omit<Answer, 'call'>> {
  const start = performance.now();
  const output = await agent.stream(call.question, { memory: memoryOf(call) });
  let text = '';
  let firstTextMs: number | undefined;
  for await (const piece of output.textStream) {
    firstTextMs ??= performance.now() - start;
    text += piece;
  }
  const ms = performance.now() - start;
  if (output.error) throw output.error;
  return {
    text,
    ms,
    ...(firstTextMs === undefined ? {} : { firstTextMs }),
    ...named(await outcomeOf(output)),
  };
}

function memoryOf(call: DayCall): { resource: string; thread: string } {
  return { resource: call.user, thread: `${call.user}-${call.agent}-${call.thread}` };
}

function named(outcome: { readonly outcome: string } | undefined): { outcome?: string } {
  return outcome ? { outcome: outcome.outcome } : {};
}
