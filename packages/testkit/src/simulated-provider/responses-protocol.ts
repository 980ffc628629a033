import type { Completion, TokenText } from './completion.ts';
import { callText, type ProviderMessage } from './provider-messages.ts';
import type { ReplyHead, SseFrame, Usage } from './sse-frame.ts';

type Item = { readonly id: string; readonly type: string; readonly [field: string]: unknown };

/** The reply of /v1/responses without streaming. */
export function responsesJson(completion: Completion, usage: Usage, head: ReplyHead) {
  const cut = INCOMPLETE[completion.finishReason];
  return {
    ...envelope(head),
    status: cut ? 'incomplete' : 'completed',
    incomplete_details: cut ? { reason: cut } : null,
    output: outputItems(completion, head).map(({ item }) => item),
    usage: {
      input_tokens: usage.inputTokens,
      input_tokens_details: { cached_tokens: usage.cachedTokens },
      output_tokens: usage.outputTokens,
      output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
      total_tokens: usage.inputTokens + usage.outputTokens,
    },
  };
}

/** The same reply as events; every event repeats its name in `type` and has a `sequence_number`. */
export function responsesFrames(completion: Completion, usage: Usage, head: ReplyHead): SseFrame[] {
  const frames: SseFrame[] = [];
  const tell = (event: string, data: object, tokens = 0) =>
    frames.push({ event, data: { type: event, sequence_number: frames.length, ...data }, tokens });
  const started = { ...envelope(head), status: 'in_progress', output: [], usage: null };

  tell('response.created', { response: started });
  tell('response.in_progress', { response: started }, completion.reasoningTokens);
  outputItems(completion, head).forEach(({ item, opening, told, nameTokens }, output_index) => {
    const at = { item_id: item.id, output_index };
    tell('response.output_item.added', { output_index, item: opening }, nameTokens);
    if (item.type === 'message') {
      const part = { ...at, content_index: 0 };
      tell('response.content_part.added', { ...part, part: textPart('') });
      for (const delta of told.pieces)
        tell(
          'response.output_text.delta',
          { ...part, delta, logprobs: [] },
          told.tokens / told.pieces.length,
        );
      tell('response.output_text.done', { ...part, text: told.text, logprobs: [] });
      tell('response.content_part.done', { ...part, part: textPart(told.text) });
    } else {
      for (const delta of told.pieces)
        tell('response.function_call_arguments.delta', { ...at, delta }, told.tokens / told.pieces.length);
      tell('response.function_call_arguments.done', { ...at, arguments: told.text });
    }
    tell('response.output_item.done', { output_index, item });
  });
  const response = responsesJson(completion, usage, head);
  tell(`response.${response.status}`, { response });
  return frames;
}

/** What later requests may refer to by `item_reference`. */
export function storableItems(
  completion: Completion,
  head: ReplyHead,
): [id: string, message: ProviderMessage][] {
  return outputItems(completion, head).map(({ item, told }) => [
    item.id,
    { role: 'assistant', text: item.type === 'message' ? told.text : callText(item.name, told.text) },
  ]);
}

const INCOMPLETE: Partial<Record<string, string>> = {
  length: 'max_output_tokens',
  content_filter: 'content_filter',
};

interface OutputItem {
  readonly item: Item;
  /** The item as it is announced, before its content. */
  readonly opening: Item;
  readonly told: TokenText;
  readonly nameTokens: number;
}

function outputItems(completion: Completion, head: ReplyHead): OutputItem[] {
  const message = (content: TokenText): OutputItem => {
    const item = { id: `msg_sim_${head.n}`, type: 'message', role: 'assistant' };
    return {
      item: { ...item, status: 'completed', content: [textPart(content.text)] },
      opening: { ...item, status: 'in_progress', content: [] },
      told: content,
      nameTokens: 0,
    };
  };
  const calls = completion.toolCalls.map((call, index): OutputItem => {
    const item = {
      id: `fc_sim_${head.n}_${index}`,
      type: 'function_call',
      call_id: call.id,
      name: call.name,
    };
    return {
      item: { ...item, status: 'completed', arguments: call.arguments.text },
      opening: { ...item, status: 'in_progress', arguments: '' },
      told: call.arguments,
      nameTokens: call.tokens - call.arguments.tokens,
    };
  });
  return [...(completion.content ? [message(completion.content)] : []), ...calls];
}

const textPart = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] });

const envelope = (head: ReplyHead) => ({
  id: `resp_sim_${head.n}`,
  object: 'response',
  created_at: head.created,
  model: head.model,
  error: null,
  incomplete_details: null as { reason: string } | null,
  instructions: null,
  max_output_tokens: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  store: true,
  temperature: 1,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: 1,
  truncation: 'disabled',
});
