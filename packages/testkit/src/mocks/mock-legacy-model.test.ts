import { Agent } from '@mastra/core/agent';
import { expect, test } from 'vitest';
import { collect } from '../../test/collect.ts';
import { mockLegacyModel } from './mock-legacy-model.ts';

test('answers generateLegacy and streamLegacy', async () => {
  const model = mockLegacyModel({ respond: (_options, n) => ({ text: `old friend ${n}` }) });
  const agent = new Agent({ id: 'a', name: 'a', instructions: 'x', model });
  const result = await agent.generateLegacy('hi');
  expect(result.text).toBe('old friend 1');
  expect(result.usage).toMatchObject({ promptTokens: 10, completionTokens: 5 });
  const stream = await agent.streamLegacy('hi');
  expect(await collect(stream.textStream)).toEqual(['old ', 'friend ', '2']);
  expect(model.calls).toMatchObject({ generate: 1, stream: 1, total: 2 });
});
