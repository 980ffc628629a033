import { describe, expect, it } from 'vitest';
import { tool, user } from './test-conversations.ts';
import { sent } from './test-sent.ts';

describe('tools', () => {
  const namesOf = async (names: readonly string[], provider = 'test') =>
    (
      (await sent({ prompt: [user()], tools: names.map((name) => tool(name)) }, { provider })).request
        .tools as Array<{
        name: string;
      }>
    ).map(({ name }) => name);

  it('go by name, for every provider, also those that the provider defines', async () => {
    expect(await namesOf(['b', 'a', 'C', 'a1'])).toEqual(['C', 'a', 'a1', 'b']);
    const mixed = [tool('z'), { type: 'provider', id: 'p.x', name: 'x', args: {} }];
    const { request, facts } = await sent({ prompt: [user()], tools: mixed }, { provider: 'test' });
    expect(request.tools).toEqual([mixed[1], mixed[0]]);
    expect(facts).toEqual({ sortedTools: true });
  });

  it('are the same list where they are in order, or one has no name', async () => {
    for (const list of [[tool('a'), tool('b')], [tool('b'), { type: 'odd' }], [tool('a')], []]) {
      const request = { prompt: [user()], tools: list };
      expect((await sent(request, { provider: 'test' })).request).toBe(request);
    }
  });
});
