import type {
  LanguageModelV1,
  LanguageModelV1CallOptions,
  LanguageModelV1FunctionToolCall,
  LanguageModelV1StreamPart,
} from '@ai-sdk/provider-v4';
import { answered, playedOut, type Respond } from './answered.ts';
import type { MockAnswer } from './mock-answer.ts';
import { mockCalls, type MockCalls } from './mock-calls.ts';
import { wordDeltas } from './mock-content.ts';
import { DEFAULT_USAGE, finishReasonOf } from './mock-ending.ts';
import { mockStream } from './mock-stream.ts';

export interface MockLegacyModelOptions {
  /** @default 'mock' */
  readonly provider?: string;
  /** @default 'mock-legacy-model' */
  readonly modelId?: string;
  /** @default the text `answer #<call number>` */
  readonly respond?: Respond<LanguageModelV1CallOptions>;
}

export type MockLegacyModel = LanguageModelV1 & { readonly calls: MockCalls<LanguageModelV1CallOptions> };

/** A language model of specification v1 (AI SDK 4), for Mastra's `generateLegacy` and `streamLegacy`. */
export function mockLegacyModel(options: MockLegacyModelOptions = {}): MockLegacyModel {
  const modelId = options.modelId ?? 'mock-legacy-model';
  const calls = mockCalls<LanguageModelV1CallOptions>();

  return {
    specificationVersion: 'v1',
    provider: options.provider ?? 'mock',
    modelId,
    defaultObjectGenerationMode: 'json',
    calls,
    async doGenerate(callOptions) {
      const { answer, callNumber } = await answered(calls, 'generate', callOptions, options.respond);
      await playedOut(calls, callOptions, streamParts(answer, callNumber, modelId), answer);
      const text = answer.text ?? answer.deltas?.join('');
      return {
        ...(text === undefined ? {} : { text }),
        ...(answer.reasoning ? { reasoning: answer.reasoning } : {}),
        ...(answer.tools ? { toolCalls: toolCalls(answer, callNumber) } : {}),
        finishReason: finishReasonOf(answer),
        usage: legacyUsage(answer),
        rawCall: { rawPrompt: null, rawSettings: {} },
        response: { id: responseId(answer, callNumber), modelId, timestamp: new Date() },
      };
    },
    async doStream(callOptions) {
      const { answer, callNumber } = await answered(calls, 'stream', callOptions, options.respond);
      const parts = streamParts(answer, callNumber, modelId);
      return {
        stream: mockStream(parts, answer, calls, callOptions.abortSignal),
        rawCall: { rawPrompt: null, rawSettings: {} },
      };
    },
  };
}

const responseId = (answer: MockAnswer, callNumber: number) => answer.responseId ?? `response-${callNumber}`;

function streamParts(answer: MockAnswer, callNumber: number, modelId: string): LanguageModelV1StreamPart[] {
  const deltas = answer.deltas ?? (answer.text ? wordDeltas(answer.text) : []);
  return [
    { type: 'response-metadata', id: responseId(answer, callNumber), modelId, timestamp: new Date() },
    ...(answer.reasoning ? [{ type: 'reasoning' as const, textDelta: answer.reasoning }] : []),
    ...deltas.map((textDelta) => ({ type: 'text-delta' as const, textDelta })),
    ...toolCalls(answer, callNumber).map((call) => ({ type: 'tool-call' as const, ...call })),
    ...(answer.errorPart === undefined ? [] : [{ type: 'error' as const, error: answer.errorPart }]),
    ...((answer.extraParts ?? []) as LanguageModelV1StreamPart[]),
    { type: 'finish', finishReason: finishReasonOf(answer), usage: legacyUsage(answer) },
  ];
}

const toolCalls = (answer: MockAnswer, callNumber: number): LanguageModelV1FunctionToolCall[] =>
  (answer.tools ?? []).map((tool, index) => ({
    toolCallType: 'function',
    toolCallId: tool.id ?? `call-${callNumber}-${index}`,
    toolName: tool.name,
    args: JSON.stringify(tool.args),
  }));

/** Spec v1 has no way to say that usage is unknown; AI SDK 4 providers said NaN. */
function legacyUsage(answer: MockAnswer) {
  const usage = answer.usage === undefined ? DEFAULT_USAGE : answer.usage;
  return {
    promptTokens: usage?.inputTokens ?? Number.NaN,
    completionTokens: usage?.outputTokens ?? Number.NaN,
  };
}
