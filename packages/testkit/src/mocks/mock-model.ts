import { answered, playedOut, type Respond } from './answered.ts';
import type { MockAnswer } from './mock-answer.ts';
import { mockCalls, type MockCalls } from './mock-calls.ts';
import { mockContent, mockContentParts } from './mock-content.ts';
import { mockEnding } from './mock-ending.ts';
import type { MockCallOptions, MockSpec, SpecModel } from './mock-spec.ts';
import { mockStream } from './mock-stream.ts';

export interface MockModelOptions<S extends MockSpec = MockSpec> {
  /** @default 'v2' */
  readonly spec?: S;
  /** @default 'mock' */
  readonly provider?: string;
  /** @default 'mock-model' */
  readonly modelId?: string;
  /** @default the text `answer #<call number>` */
  readonly respond?: Respond<MockCallOptions<S>>;
}

/** A language model of the given specification that also says what it was asked. */
export type MockLanguageModel<S extends MockSpec = MockSpec> = SpecModel<S> & {
  readonly calls: MockCalls<MockCallOptions<S>>;
};

/**
 * A language model without a network, for AI SDK provider specification v2, v3 and v4.
 * Fits as the model of a Mastra `Agent`; spec v4 also fits the functions of AI SDK 7.
 *
 * @example
 * const model = mockModel({ respond: (options, n) => ({ text: `call ${n}`, gate: () => opened }) });
 */
export function mockModel<S extends MockSpec = 'v2'>(
  options: MockModelOptions<S> = {},
): MockLanguageModel<S> {
  const spec = options.spec ?? 'v2';
  const provider = options.provider ?? 'mock';
  const modelId = options.modelId ?? 'mock-model';
  const calls = mockCalls<MockCallOptions<S>>();

  const metadata = (answer: MockAnswer, callNumber: number) => ({
    id: answer.responseId ?? `response-${callNumber}`,
    modelId,
    timestamp: new Date(),
  });
  const streamParts = (answer: MockAnswer, callNumber: number) => [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', ...metadata(answer, callNumber) },
    ...mockContentParts(answer, callNumber),
    { type: 'finish', ...mockEnding(answer, spec) },
  ];

  const model = {
    specificationVersion: spec,
    provider,
    modelId,
    supportedUrls: {},
    calls,
    async doGenerate(callOptions: MockCallOptions<S>) {
      const { answer, callNumber } = await answered(calls, 'generate', callOptions, options.respond);
      await playedOut(calls, callOptions, streamParts(answer, callNumber), answer);
      return {
        content: mockContent(answer, callNumber),
        ...mockEnding(answer, spec),
        warnings: [],
        request: {},
        response: metadata(answer, callNumber),
      };
    },
    async doStream(callOptions: MockCallOptions<S>) {
      const { answer, callNumber } = await answered(calls, 'stream', callOptions, options.respond);
      return {
        stream: mockStream(streamParts(answer, callNumber), answer, calls, callOptions.abortSignal),
        request: {},
        response: {},
      };
    },
  };
  // The three specifications differ only in what mockEnding shapes; a type cannot follow that.
  return model as unknown as MockLanguageModel<S>;
}
