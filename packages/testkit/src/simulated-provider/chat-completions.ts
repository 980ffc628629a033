import type { Completion } from './completion.ts';
import { DONE, type ReplyHead, type SseFrame, type Usage } from './sse-frame.ts';

/** The reply of /v1/chat/completions without streaming. */
export function chatJson(completion: Completion, usage: Usage, head: ReplyHead) {
  const toolCalls = completion.toolCalls.map((call) => toolCall(call.id, call.name, call.arguments.text));
  return {
    ...envelope(head, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: completion.content?.text ?? (toolCalls.length > 0 ? null : ''),
          ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
          refusal: null,
        },
        logprobs: null,
        finish_reason: completion.finishReason,
      },
    ],
    usage: chatUsage(usage),
  };
}

/** The same reply as `chat.completion.chunk` events; usage is told last, and only if it was asked for. */
export function chatFrames(
  completion: Completion,
  usage: Usage,
  head: ReplyHead,
  includeUsage: boolean,
): SseFrame[] {
  const chunk = (delta: object, tokens: number, finishReason: string | null = null): SseFrame => ({
    data: {
      ...chunkEnvelope,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      ...(includeUsage ? { usage: null } : {}),
    },
    tokens,
  });
  const chunkEnvelope = envelope(head, 'chat.completion.chunk');
  const { content, toolCalls } = completion;
  return [
    chunk(
      { role: 'assistant', content: toolCalls.length > 0 && !content ? null : '' },
      completion.reasoningTokens,
    ),
    ...(content?.pieces ?? []).map((piece, _i, all) =>
      chunk({ content: piece }, (content?.tokens ?? 0) / all.length),
    ),
    ...toolCalls.flatMap((call, index) => [
      chunk(
        { tool_calls: [{ index, ...toolCall(call.id, call.name, '') }] },
        call.tokens - call.arguments.tokens,
      ),
      ...call.arguments.pieces.map((piece, _i, all) =>
        chunk(
          { tool_calls: [{ index, function: { arguments: piece } }] },
          call.arguments.tokens / all.length,
        ),
      ),
    ]),
    chunk({}, 0, completion.finishReason),
    ...(includeUsage
      ? [{ data: { ...chunkEnvelope, choices: [], usage: chatUsage(usage) }, tokens: 0 }]
      : []),
    { data: DONE, tokens: 0 },
  ];
}

const envelope = (head: ReplyHead, object: string) => ({
  id: `chatcmpl-sim-${head.n}`,
  object,
  created: head.created,
  model: head.model,
  system_fingerprint: 'fp_simulated',
});

const toolCall = (id: string, name: string, args: string) => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});

const chatUsage = (usage: Usage) => ({
  prompt_tokens: usage.inputTokens,
  completion_tokens: usage.outputTokens,
  total_tokens: usage.inputTokens + usage.outputTokens,
  prompt_tokens_details: { cached_tokens: usage.cachedTokens, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: usage.reasoningTokens,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
});
