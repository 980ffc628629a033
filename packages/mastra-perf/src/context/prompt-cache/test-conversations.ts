import fc from 'fast-check';
import type { ModelRequest, PromptMessage } from '../../pipeline/call.ts';

/*
 * Prompts as agents make them, for tests of prompt caching. Imported only by tests.
 */

/** Long enough to be cached by itself. */
export const LONG = 'The quick brown fox jumps over the lazy dog. '.repeat(30);

export const system = (content = LONG): PromptMessage => ({ role: 'system', content });
export const user = (text = 'q'): PromptMessage => ({ role: 'user', content: [{ type: 'text', text }] });
export const answer = (text = 'a'): PromptMessage => ({
  role: 'assistant',
  content: [{ type: 'text', text }],
});

/** A step of a loop: calls of a tool, and what they told. */
export const step = (number: number, calls = 1): PromptMessage[] => {
  const ids = Array.from({ length: calls }, (_, index) => `call-${number}-${index}`);
  return [
    {
      role: 'assistant',
      content: ids.map((toolCallId) => ({ type: 'tool-call', toolCallId, toolName: 'look', input: {} })),
    },
    {
      role: 'tool',
      content: ids.map((toolCallId) => ({
        type: 'tool-result',
        toolCallId,
        toolName: 'look',
        output: { type: 'text', value: `result ${toolCallId}` },
      })),
    },
  ];
};

export const tool = (name: string, extra: object = {}) => ({
  type: 'function',
  name,
  description: `does ${name}`,
  inputSchema: { type: 'object', properties: {} },
  ...extra,
});

export const CONTROL = { cacheControl: { type: 'ephemeral' } };
export const marked = <T extends object>(
  target: T,
  control: object = CONTROL,
  namespace = 'anthropic',
): T => ({
  ...target,
  providerOptions: { [namespace]: control },
});

/** `tools 0, 1, … | 0 system | 1 user | …` of what carries a marker, of any provider. */
export function whereMarked({ prompt, tools, providerOptions }: ModelRequest): string[] {
  const found = (Array.isArray(tools) ? tools : []).flatMap((each: { name: string }) =>
    isMarked(each) ? [`tool ${each.name}`] : [],
  );
  for (const [index, message] of prompt.entries()) {
    if (isMarked(message)) found.push(`${index} ${message.role}`);
    const parts: readonly unknown[] = Array.isArray(message.content) ? message.content : [];
    for (const part of parts) if (isMarked(part)) found.push(`${index} ${message.role} part`);
  }
  if (isMarked({ providerOptions })) found.push('request');
  return found;
}

const FIELDS = ['cacheControl', 'cache_control', 'cachePoint'];

const isMarked = (value: unknown): boolean => {
  const { providerOptions } = Object(value) as { providerOptions?: Record<string, object> };
  return Object.values(providerOptions ?? {}).some((named) => FIELDS.some((field) => field in Object(named)));
};

/** The same without any marker, and without what is left empty then. */
export function unmarked<T>(value: T): T {
  if (Array.isArray(value)) return value.map(unmarked) as T;
  if (typeof value !== 'object' || value === null) return value;
  const kept: Record<string, unknown> = {};
  for (const [name, own] of Object.entries(value)) {
    if (FIELDS.includes(name)) continue;
    const clean: unknown = unmarked(own);
    const isEmpty = typeof clean === 'object' && clean !== null && Object.keys(clean).length === 0;
    if (isEmpty && ['providerOptions', 'anthropic', 'bedrock', 'openrouter'].includes(name)) continue;
    kept[name] = clean;
  }
  return kept as T;
}

const maybeMarked = <T extends object>(plain: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc
    .tuple(plain, fc.integer({ min: 0, max: 9 }))
    .map(([target, one]) =>
      one === 0
        ? marked(target)
        : one === 1
          ? marked(target, { cacheControl: { type: 'ephemeral', ttl: '1h' } })
          : target,
    );

const anyTurn = fc
  .record({
    before: fc.constantFrom([], [user('recalled')], [system('recalled')]),
    question: maybeMarked(fc.constantFrom(user(), user(LONG), { role: 'user', content: [] })),
    steps: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
    answer: maybeMarked(
      fc.constantFrom(answer(), answer(''), {
        role: 'assistant',
        content: [
          { type: 'text', text: 'a' },
          { type: 'reasoning', text: 'why' },
        ],
      }),
    ),
  })
  .map(({ before, question, steps, answer: last }) => [
    ...before,
    question,
    ...steps.flatMap((calls, number) => step(number, calls)),
    last,
  ]);

/** A conversation up to some message of its last turn. */
export const anyConversation: fc.Arbitrary<ModelRequest> = fc
  .record({
    systems: fc.array(maybeMarked(fc.constantFrom(system(), system('short'), system(''))), { maxLength: 3 }),
    turns: fc.array(anyTurn, { minLength: 1, maxLength: 5 }),
    cut: fc.nat(20),
    tools: fc.option(
      fc.uniqueArray(
        maybeMarked(fc.constantFrom('a', 'b', 'c', 'd').map((name) => tool(name, { description: LONG }))),
        {
          maxLength: 4,
          selector: ({ name }) => name,
        },
      ),
      { nil: undefined },
    ),
    toolChoice: fc.constantFrom(undefined, { type: 'auto' }, { type: 'none' }),
    whole: fc.integer({ min: 0, max: 9 }),
  })
  .map(({ systems, turns, cut, tools, toolChoice, whole }) => {
    const messages = turns.flat();
    return {
      prompt: [...systems, ...messages.slice(0, Math.max(1, messages.length - cut))],
      ...(tools && { tools }),
      ...(toolChoice && { toolChoice }),
      ...(whole === 0 && { providerOptions: { anthropic: CONTROL } }),
    };
  });
