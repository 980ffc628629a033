import fc from 'fast-check';
import type { StreamPart } from './parts.ts';

/*
 * Random stream parts and results of language models. Imported only by tests.
 */

const word = fc.stringMatching(/^[a-z]{1,6}$/);
const record = (
  fields: Record<string, fc.Arbitrary<unknown>>,
  requiredKeys = Object.keys(fields),
): fc.Arbitrary<StreamPart> =>
  fc.record(fields, { requiredKeys, noNullPrototype: true }) as fc.Arbitrary<never>;

/** Cut anywhere, so that characters outside the basic plane come apart into lone surrogates. */
const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('', '\ud83d', '\ude00', '😀', 'e\u0301', '\u0000'),
);
const blockId = fc.constantFrom('0', '1', 'msg_1', 'toolu_01AbCdEfGh');
const few = { maxKeys: 2, noNullPrototype: true };
export const anyMetadata = fc.dictionary(word, fc.dictionary(word, fc.jsonValue({ maxDepth: 1 }), few), few);

const part = (type: string, fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<StreamPart> =>
  record({ type: fc.constant(type), ...fields, providerMetadata: anyMetadata }, [
    'type',
    ...Object.keys(fields),
  ]);

const delta = fc.constantFrom('text-delta', 'reasoning-delta', 'tool-input-delta').chain((type) =>
  fc.oneof(
    { arbitrary: record({ type: fc.constant(type), id: blockId, delta: piece }), weight: 4 },
    { arbitrary: part(type, { id: blockId, delta: piece }), weight: 1 },
    {
      arbitrary: record({
        type: fc.constant(type),
        id: blockId,
        delta: piece,
        'a new field': fc.jsonValue(),
      }),
      weight: 1,
    },
  ),
);

const fileData = fc.oneof(
  fc.uint8Array({ maxLength: 6 }),
  fc.base64String(),
  record({ type: fc.constant('data'), data: fc.uint8Array() }),
);

const contentPart: fc.Arbitrary<StreamPart> = fc.oneof(
  part('tool-call', { toolCallId: blockId, toolName: word, input: fc.json({ maxDepth: 1 }) }),
  part('tool-result', { toolCallId: blockId, toolName: word, result: fc.jsonValue({ maxDepth: 2 }) }),
  part('source', { sourceType: fc.constant('url'), id: word, url: fc.constant('https://a.example/') }),
  part('file', { mediaType: fc.constant('image/png'), data: fileData }),
);

/** Any part, in any order: blocks interleave, ends come before starts, deltas stand alone. */
export const anyPart: fc.Arbitrary<StreamPart> = fc.oneof(
  { arbitrary: delta, weight: 8 },
  { arbitrary: contentPart, weight: 2 },
  ...['text', 'reasoning', 'tool-input'].flatMap((kind) => [
    part(`${kind}-start`, { id: blockId }),
    part(`${kind}-end`, { id: blockId }),
  ]),
  part('response-metadata', { id: word, modelId: word, timestamp: fc.date({ noInvalidDate: true }) }),
  part('finish', {
    finishReason: fc.constantFrom('stop', 'length'),
    usage: record({ inputTokens: fc.nat(), outputTokens: fc.nat() }),
  }),
);

/** An item of the content that `doGenerate` returns. */
export const contentItem: fc.Arbitrary<StreamPart> = fc.oneof(
  part('text', { text: piece }),
  part('reasoning', { text: piece }),
  contentPart,
);
