import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../pipeline/call.ts';
import { answer, LONG, step, system, tool, user } from './test-conversations.ts';
import { placed, tools, loop } from './test-sent.ts';

describe('markers', () => {
  it.each<[string, ModelRequest, string[]]>([
    ['the system of a single question, which nothing follows', { prompt: [system(), user()] }, ['0 system']],
    [
      'tools, system and question where a tool may be called',
      { prompt: [system(), user()], tools },
      ['tool b', '0 system', '1 user'],
    ],
    [
      'not the question where no tool may be called',
      { prompt: [system(), user()], tools, toolChoice: { type: 'none' } },
      ['tool b', '0 system'],
    ],
    [
      'system, the end of the history and the question of a conversation',
      { prompt: [system(), user(), answer(), user()] },
      ['0 system', '2 assistant', '3 user'],
    ],
    [
      'the same with tools',
      { prompt: [system(), user(), answer(), user()], tools },
      ['tool b', '0 system', '2 assistant', '3 user'],
    ],
    [
      'the end of the history and not what is put in front of the question',
      { prompt: [system(), user(), answer(), system('recalled'), user('recalled'), user()] },
      ['0 system', '2 assistant', '5 user'],
    ],
    [
      'the first of several system messages in place of the tools',
      { prompt: [system(), system('memory'), user(), answer(), user()], tools },
      ['0 system', '1 system', '3 assistant', '4 user'],
    ],
    ['the last result in a loop', loop(1), ['tool b', '0 system', '2 assistant', '5 tool']],
    ['the last result of ten steps', loop(10), ['tool b', '0 system', '2 assistant', '23 tool']],
    [
      'the end of the step before where many calls at once put it out of reach',
      loop(3, 10),
      ['0 system', '2 assistant', '7 tool', '9 tool'],
    ],
    [
      'the end of the history before where a long loop put it out of reach',
      {
        prompt: [
          ...[system(), user(), answer(), user()],
          ...Array.from({ length: 12 }, (_, n) => step(n)).flat(),
          ...[answer(), user()],
        ],
        tools,
      },
      ['0 system', '2 assistant', '28 assistant', '29 user'],
    ],
    [
      'what is before an end that cannot be marked',
      {
        prompt: [
          system(),
          user(),
          { role: 'assistant', content: [{ type: 'reasoning', text: 'why' }] },
          user('again'),
        ],
      },
      ['0 system', '1 user', '3 user'],
    ],
    [
      'nothing that is short',
      { prompt: [system('short'), user(), answer(), user()], tools: [tool('a')] },
      [],
    ],
    [
      'only what is long enough',
      { prompt: [system('short'), user(), answer(LONG), user()], tools: [tool('a')] },
      ['2 assistant', '3 user'],
    ],
    [
      'a function before tools of the provider, and none that is loaded later',
      {
        prompt: [user(), answer(), user()],
        tools: [
          tool('a', { description: LONG }),
          tool('b', { providerOptions: { anthropic: { deferLoading: true } } }),
          { type: 'provider', id: 'anthropic.web_search', name: 'web_search', args: {} },
        ],
      },
      ['tool a', '1 assistant', '2 user'],
    ],
    ['nothing of an empty prompt', { prompt: [] }, []],
  ])('mark %s', async (_what, request, expected) => {
    expect(await placed(request)).toEqual(expected);
  });

  it('leave out a question that is passing, unless a loop goes on with it', async () => {
    const isPassing = () => true;
    const prompt = [system(), user(), answer(), user()];
    expect(await placed({ prompt }, { isPassing })).toEqual(['0 system', '2 assistant']);
    expect(await placed({ ...loop(1) }, { isPassing })).toContain('5 tool');
  });
});
