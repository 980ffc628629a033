import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../pipeline/call.ts';
import {
  answer,
  CONTROL,
  LONG,
  marked,
  step,
  system,
  tool,
  user,
  whereMarked,
} from './test-conversations.ts';
import { sent, placed, tools } from './test-sent.ts';

describe("the user's own markers", () => {
  const conversation = (own: readonly number[], control?: object): ModelRequest => ({
    prompt: [system(), system('two'), user(), answer(), user(), answer(), user()].map((message, place) =>
      own.includes(place) ? marked(message, control) : message,
    ),
    tools,
  });

  it.each<[own: number[], all: string[]]>([
    [[], ['0 system', '1 system', '5 assistant', '6 user']],
    [[1], ['0 system', '1 system', '5 assistant', '6 user']],
    [[2], ['1 system', '2 user', '5 assistant', '6 user']],
    [
      [2, 3],
      ['1 system', '2 user', '3 assistant', '5 assistant'],
    ],
    [
      [2, 3, 4],
      ['1 system', '2 user', '3 assistant', '4 user'],
    ],
    [
      [0, 2, 3, 4],
      ['0 system', '2 user', '3 assistant', '4 user'],
    ],
    [
      [0, 2, 3, 4, 5],
      ['0 system', '2 user', '3 assistant', '4 user', '5 assistant'],
    ],
  ])('%j stay, and ours take what is free', async (own, all) => {
    const request = conversation(own);
    const { request: asked } = await sent(request);
    expect(whereMarked(asked)).toEqual(all);
    for (const place of own) expect(asked.prompt[place]).toBe(request.prompt[place]);
  });

  it('are left alone altogether where there are four', async () => {
    const request = conversation([0, 2, 3, 4]);
    expect((await sent(request)).request).toBe(request);
  });

  it('for an hour have ours for an hour before them, since Anthropic wants those first', async () => {
    const { request } = await sent(conversation([3], { cacheControl: { type: 'ephemeral', ttl: '1h' } }));
    const ttls = request.prompt.map(
      ({ providerOptions }) =>
        (providerOptions?.anthropic as typeof CONTROL & { cacheControl: { ttl?: string } })?.cacheControl,
    );
    expect(ttls).toEqual([
      undefined,
      { type: 'ephemeral', ttl: '1h' },
      undefined,
      { type: 'ephemeral', ttl: '1h' },
      undefined,
      { type: 'ephemeral' },
      { type: 'ephemeral' },
    ]);
  });

  it('for the whole request count as one at its end', async () => {
    const request = { ...conversation([]), providerOptions: { anthropic: CONTROL } };
    expect(await placed(request)).toEqual(['0 system', '1 system', '5 assistant', 'request']);
  });

  it('count in parts and in what tools have told', async () => {
    const part = marked({ type: 'text', text: LONG });
    const output = marked({ type: 'text', value: 'r' });
    const [call, result] = step(1);
    const told = { ...result!, content: [{ ...(result!.content as object[])[0], output }] };
    const prompt = [
      { role: 'user', content: [part, part, { type: 'text', text: 'q' }] },
      call!,
      told as never,
      answer(),
      user(),
    ];
    expect(await placed({ prompt })).toEqual(['0 user part', '0 user part', '3 assistant']);
  });

  it('at a tool keep the order of tools', async () => {
    const request = {
      prompt: [system(), user()],
      tools: [tool('b'), marked(tool('a', { description: LONG }))],
    };
    expect((await sent(request)).request.tools).toBe(request.tools);
  });

  it('keep the other options beside ours', async () => {
    const options = { anthropic: { effort: 'high' }, openai: { x: 1 } };
    const { request } = await sent({ prompt: [{ ...system(), providerOptions: options }, user()] });
    expect(request.prompt[0]!.providerOptions).toEqual({
      ...options,
      anthropic: { effort: 'high', ...CONTROL },
    });
  });
});
