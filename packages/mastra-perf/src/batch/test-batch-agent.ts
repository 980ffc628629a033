import type { BatchCall } from './batch-agent.ts';

export interface SeenItem {
  readonly id: string;
  readonly message: string;
}

/** One call of a test agent, answered by the test or by `respond`. */
export interface SeenCall {
  readonly prompt: string;
  readonly items: readonly SeenItem[];
  readonly options: BatchCall;
}

export interface TestReply {
  readonly object?: unknown;
  readonly text?: string;
  readonly totalUsage?: object;
}

export type Respond = (call: SeenCall, n: number) => TestReply | Promise<TestReply>;

/** An agent without a model. */
export function testBatchAgent(respond: Respond = ({ items }) => answering(items)) {
  const calls: SeenCall[] = [];
  return {
    calls,
    async generate(prompt: string, options: BatchCall): Promise<TestReply> {
      const { items } = JSON.parse(prompt) as { items: SeenItem[] };
      const call = { prompt, items, options };
      calls.push(call);
      return respond(call, calls.length);
    },
  };
}

/** Each message is answered with itself, in capitals. */
export const answering = (items: readonly SeenItem[]): TestReply => ({
  object: {
    answers: items.map(({ id, message }) => ({ id, response: message.toUpperCase(), confidence: 1 })),
  },
  totalUsage: { inputTokens: 100, outputTokens: 10 * items.length },
});

/** Holds calls until it is opened. */
export function held(): { readonly open: () => void; readonly respond: Respond } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { open: resolve, respond: ({ items }) => promise.then(() => answering(items)) };
}
