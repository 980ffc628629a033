import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core/mastra';
import { mockModel } from '@mastra-perf/testkit';
import { expect, it } from 'vitest';
import { createPerf, memoryStore, TokenUsageMonitor, usageCsv } from '../src/index.ts';

/* Usage by user: what agents used and what somebody measured elsewhere, in one ledger. */

it('has calls of agents and tracked ones in the same report, and tracks the usage of a result as it is', async () => {
  await using perf = createPerf({
    usage: { prices: { '*/*': { inputPerMillion: 1, outputPerMillion: 1 } } },
  });
  const model = mockModel({ respond: () => ({ text: 'hello' }) });
  const agent = new Agent({ id: 'support', name: 's', instructions: 'i', model });
  new Mastra({ agents: { agent }, logger: false, processors: { perf } });
  const monitor = new TokenUsageMonitor(perf);
  const result = await agent.generate('q', { requestContext: perf.context({ user: 'ann' }) });
  const alone = await monitor.getUsageReport('ann');
  expect(alone).toMatchObject({ modelCalls: 1, misses: 1, bypassed: 0 });
  monitor.track('ann', result.usage, { model: 'mock/elsewhere' });
  const both = await monitor.getUsageReport('ann');
  expect(both).toMatchObject({ modelCalls: 2, misses: 1, bypassed: 1 });
  expect(both.spent).toEqual({
    ...alone.spent,
    inputTokens: 2 * alone.spent.inputTokens,
    outputTokens: 2 * alone.spent.outputTokens,
    usd: expect.closeTo(2 * alone.spent.usd, 9),
  });
  expect(alone.spent.inputTokens).toBeGreaterThan(0);
  expect(both.models).toHaveLength(2);
  expect(usageCsv(both.models).split('\r\n')).toHaveLength(4);
});

it('reaches the store of a plugin that no agent has used yet', async () => {
  const store = memoryStore();
  const perf = createPerf({ store });
  const listening = () => process.listenerCount('SIGTERM');
  const before = listening();
  perf.usage.track({ usage: { inputTokens: 5, outputTokens: 1 }, resource: 'r', labels: { team: 'core' } });
  expect(listening(), 'at the end of the process nobody would write it').toBe(before + 1);
  await perf.flush();
  const query = { by: ['resource', 'label.team'], from: 0, to: Date.now() + 1 };
  expect(await store.ledger!.report(query)).toMatchObject([
    { group: { resource: 'r', 'label.team': 'core' }, counts: { inputTokens: 5, unpricedCalls: 1 } },
  ]);
  await perf.close();
});

it('tracks nothing that would be lost: a plugin that is closed refuses', async () => {
  const perf = createPerf();
  await perf.close();
  const closed = expect.objectContaining({ code: 'MASTRA_PERF_CLOSED' });
  expect(() => perf.usage.track({ usage: { inputTokens: 1 } })).toThrow(closed);
  expect(() => new TokenUsageMonitor(perf).track('ann', { inputTokens: 1 })).toThrow(closed);
});
