import fc from 'fast-check';
import type { Caller, ModelIdentity, ModelRequest } from './call.ts';

/*
 * Random requests as they reach a language model, in the forms of specifications v2 to v4. Imported only by tests.
 * They hold nothing that the key leaves out on purpose; tests add that themselves.
 */

const word = fc.stringMatching(/^[a-z]{1,6}$/);
const text = fc.string({ unit: 'binary', maxLength: 12 });
const json = fc.jsonValue({ maxDepth: 2, depthSize: 'small' });
const bytes = fc.uint8Array({ maxLength: 12 });
const address = word.map((name) => `https://${name}.example/v1`);
const url = address.map((href) => new URL(href));
/** Few, so that some calls have results and some ids are taken twice. */
const toolCallId = fc.constantFrom('call_A', 'call_B', 'toolu_C');

const providerOptions = fc.dictionary(
  fc.constantFrom('openai', 'anthropic', 'google'),
  fc.dictionary(word, json, { minKeys: 1, maxKeys: 2 }),
  { minKeys: 1, maxKeys: 2 },
);
const part = <T extends Record<string, fc.Arbitrary<unknown>>>(fields: T) =>
  fc.record({ ...fields, providerOptions }, { requiredKeys: Object.keys(fields) as never });

const textPart = part({ type: fc.constant('text'), text });
const fileData = fc.oneof(
  bytes,
  url,
  fc.base64String(),
  fc.record({ type: fc.constant('data'), data: fc.oneof(bytes, fc.base64String()) }),
  fc.record({ type: fc.constant('url'), url }),
);
const filePart = part({
  type: fc.constant('file'),
  data: fileData,
  mediaType: fc.constantFrom('image/png', 'application/pdf'),
});
const toolOutput = fc.oneof(
  fc.record({ type: fc.constantFrom('text', 'error-text'), value: text }),
  fc.record({ type: fc.constantFrom('json', 'error-json'), value: json }),
  fc.record({
    type: fc.constant('content'),
    value: fc.array(
      fc.oneof(textPart, fc.record({ type: fc.constant('media'), data: fc.base64String(), mediaType: word })),
      {
        maxLength: 2,
      },
    ),
  }),
);
const toolCall = part({ type: fc.constant('tool-call'), toolCallId, toolName: word, input: json });
const toolResult = part({ type: fc.constant('tool-result'), toolCallId, toolName: word, output: toolOutput });

const message = (role: string, content: fc.Arbitrary<unknown>) => part({ role: fc.constant(role), content });
const parts = (...kinds: Array<fc.Arbitrary<unknown>>) => fc.array(fc.oneof(...kinds), { maxLength: 3 });
const messages = fc.oneof(
  message('system', text),
  message('user', parts(textPart, filePart)),
  message(
    'assistant',
    parts(textPart, filePart, part({ type: fc.constant('reasoning'), text }), toolCall, toolResult),
  ),
  message('tool', parts(toolResult)),
);

const jsonSchema = fc.record({
  type: fc.constant('object'),
  properties: fc.dictionary(
    word,
    fc.record({ type: fc.constantFrom('string', 'number'), description: text }),
    { maxKeys: 2 },
  ),
  required: fc.array(word, { maxLength: 2 }),
  additionalProperties: fc.boolean(),
});
const tool = part({ type: fc.constant('function'), name: word, description: text, inputSchema: jsonSchema });

const known = {
  prompt: fc.array(messages, { minLength: 1, maxLength: 4 }),
  tools: fc.array(tool, { maxLength: 2 }),
  toolChoice: fc.oneof(
    fc.record({ type: fc.constantFrom('auto', 'none', 'required') }),
    fc.record({ type: fc.constant('tool'), toolName: word }),
  ),
  temperature: fc.double({ min: 0, max: 2, noNaN: true }),
  topP: fc.double({ min: 0, max: 1, noNaN: true }),
  seed: fc.integer(),
  maxOutputTokens: fc.nat(),
  stopSequences: fc.array(text, { maxLength: 3 }),
  responseFormat: fc.oneof(
    fc.record({ type: fc.constant('text') }),
    fc.record({ type: fc.constant('json'), schema: jsonSchema, name: word }),
  ),
  includeRawChunks: fc.constant(true),
  headers: fc.dictionary(fc.constantFrom('x-tenant', 'authorization', 'OpenAI-Beta', 'x-b4'), text, {
    maxKeys: 2,
  }),
  providerOptions,
  'a field of tomorrow': json,
};

export const anyRequest: fc.Arbitrary<ModelRequest> = fc.record(known, {
  requiredKeys: ['prompt'],
}) as fc.Arbitrary<never>;

export const anyModel: fc.Arbitrary<ModelIdentity> = fc.record(
  { provider: word, modelId: word, specification: fc.constantFrom('v2', 'v3', 'v4'), endpoint: address },
  { requiredKeys: ['provider', 'modelId', 'specification'] },
);

export const anyCaller: fc.Arbitrary<Caller> = fc.record({
  agent: word,
  scope: fc.array(word, { maxLength: 3 }),
});
