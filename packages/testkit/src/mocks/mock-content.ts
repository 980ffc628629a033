import type { LanguageModelV4Content, LanguageModelV4StreamPart } from '@ai-sdk/provider-v7';
import type { MockAnswer } from './mock-answer.ts';

/** All parts but `finish`, the only one that the specifications v2 to v4 shape differently here. */
export type ContentPart = Exclude<LanguageModelV4StreamPart, { type: 'finish' }>;

const CONTENT_TYPES = new Set([
  'text',
  'reasoning',
  'tool-call',
  'tool-result',
  'tool-approval-request',
  'file',
  'source',
  'custom',
  'reasoning-file',
]);
const ARGUMENT_CHUNK = 12;

/** What `doGenerate` returns for the answer, in the order in which a stream tells it. */
export function mockContent(answer: MockAnswer, callNumber: number): LanguageModelV4Content[] {
  const text = answer.text ?? answer.deltas?.join('');
  return [
    ...(answer.reasoning ? [{ type: 'reasoning' as const, text: answer.reasoning }] : []),
    ...(text ? [{ type: 'text' as const, text }] : []),
    ...(answer.tools ?? []).map((tool, index) => ({
      type: 'tool-call' as const,
      toolCallId: tool.id ?? `call-${callNumber}-${index}`,
      toolName: tool.name,
      input: JSON.stringify(tool.args),
    })),
    ...(answer.sources ?? []).map((source, index) => ({
      type: 'source' as const,
      sourceType: 'url' as const,
      id: source.id ?? `source-${callNumber}-${index}`,
      url: source.url,
      ...(source.title === undefined ? {} : { title: source.title }),
    })),
    ...((answer.extraParts ?? []) as LanguageModelV4Content[]).filter((part) => CONTENT_TYPES.has(part.type)),
  ];
}

/** The same content as the parts of a stream, with `errorPart` and `extraParts` at the end. */
export function mockContentParts(answer: MockAnswer, callNumber: number): ContentPart[] {
  const told = mockContent({ ...answer, extraParts: [] }, callNumber).flatMap((content) =>
    partsOf(content, answer),
  );
  const error = answer.errorPart === undefined ? [] : [{ type: 'error' as const, error: answer.errorPart }];
  return [...told, ...error, ...((answer.extraParts ?? []) as ContentPart[])];
}

/** Cuts after each space, as most providers' tokens roughly do. */
export const wordDeltas = (text: string): string[] => text.split(/(?<= )/);

function partsOf(content: LanguageModelV4Content, answer: MockAnswer): ContentPart[] {
  if (content.type === 'text') return block('text', 'txt-0', answer.deltas ?? wordDeltas(content.text));
  if (content.type === 'reasoning') return block('reasoning', 'reasoning-0', wordDeltas(content.text));
  if (content.type !== 'tool-call') return [content as ContentPart];
  const id = content.toolCallId;
  return [
    { type: 'tool-input-start', id, toolName: content.toolName },
    ...argumentDeltas(content.input).map((delta) => ({ type: 'tool-input-delta' as const, id, delta })),
    { type: 'tool-input-end', id },
    content,
  ];
}

const block = (kind: 'text' | 'reasoning', id: string, deltas: readonly string[]): ContentPart[] => [
  { type: `${kind}-start`, id },
  ...deltas.map((delta): ContentPart => ({ type: `${kind}-delta`, id, delta })),
  { type: `${kind}-end`, id },
];

const argumentDeltas = (input: string): string[] =>
  Array.from({ length: Math.ceil(input.length / ARGUMENT_CHUNK) }, (_, i) =>
    input.slice(i * ARGUMENT_CHUNK, (i + 1) * ARGUMENT_CHUNK),
  );
