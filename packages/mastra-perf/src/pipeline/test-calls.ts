import { beginCall } from './begin-call.ts';
import type { Caller, CallOverrides, Method, ModelCall, ModelRequest, Reply } from './call.ts';
import { readAll } from './collect.ts';
import type { StreamPart } from './parts.ts';
import { readerOfParts, type PartReader, type ReadResult } from './reader.ts';

/*
 * Models, calls and answers for tests of the pipeline. Imported only by tests.
 */

/** The parts of a complete answer that says `text`. */
export function answerOf(text: string, finish: Partial<StreamPart> = {}): StreamPart[] {
  return [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', id: 'resp_1', modelId: 'm-1', timestamp: new Date(0) },
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0', delta: text.slice(0, 2) },
    { type: 'text-delta', id: '0', delta: text.slice(2) },
    { type: 'text-end', id: '0' },
    { type: 'finish', finishReason: 'stop', usage: { inputTokens: 10, outputTokens: 5 }, ...finish },
  ];
}

export const replyOf = (parts: readonly StreamPart[], head: Reply['head'] = {}): Reply => ({
  head,
  parts: readerOfParts(parts),
});

export const textOf = (parts: readonly StreamPart[]): string =>
  parts.map((part) => (part.type === 'text-delta' ? String(part.delta) : '')).join('');

/** Reads a reply to its end and gives its text. */
export const textFrom = async (reply: Reply | Promise<Reply>): Promise<string> =>
  textOf(await readAll(await reply));

/** A source of parts that a test drives by hand. */
export interface HandDriven extends PartReader {
  push(...parts: StreamPart[]): void;
  end(): void;
  fail(error: unknown): void;
  /** Reasons of the cancels that arrived. */
  readonly cancels: unknown[];
}

export function handDriven(): HandDriven {
  const ready: Array<() => ReadResult> = [];
  const waiting: Array<() => void> = [];
  const cancels: unknown[] = [];
  const give = (result: () => ReadResult): void => {
    ready.push(result);
    waiting.shift()?.();
  };
  return {
    cancels,
    push: (...parts) => parts.forEach((value) => give(() => ({ done: false, value }))),
    end: () => give(() => ({ done: true })),
    fail: (error) =>
      give(() => {
        throw error;
      }),
    async read() {
      while (ready.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      return ready.shift()!();
    },
    cancel: async (reason) => {
      cancels.push(reason);
      give(() => ({ done: true }));
    },
  };
}

/** One request that reached a model. */
export interface Asked {
  readonly method: Method;
  readonly request: ModelRequest;
}

export interface TestModel {
  /** What was asked, in order: the bill. */
  readonly asked: Asked[];
  readonly invoke: ModelCall['invoke'];
}

export function testModel(respond: (asked: Asked, index: number) => Reply | Promise<Reply>): TestModel {
  const asked: Asked[] = [];
  return {
    asked,
    invoke: async (request, method) => {
      asked.push({ method, request });
      return respond(asked.at(-1)!, asked.length - 1);
    },
  };
}

export interface CallSettings {
  readonly method?: Method;
  readonly request?: Partial<ModelRequest>;
  readonly caller?: Partial<Caller>;
  readonly overrides?: CallOverrides;
}

/** A call at the head of the pipeline. */
export function callOf(
  model: Pick<TestModel, 'invoke'>,
  { method = 'stream', request, caller, overrides }: CallSettings = {},
): ModelCall {
  return beginCall(
    {
      method,
      model: { provider: 'test', modelId: 'model', specification: 'v3' },
      request: { prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }], ...request },
      invoke: model.invoke,
    },
    { agent: 'support', scope: ['agent'], ...caller },
    overrides ?? {},
  );
}
