import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { RequestContext } from '@mastra/core/request-context';
import { InMemoryStore } from '@mastra/core/storage';
import { createTool } from '@mastra/core/tools';
import { Memory } from '@mastra/memory';
import { mockModel } from '@mastra-perf/testkit';
import { AsyncLocalStorage } from 'node:async_hooks';
import { z } from 'zod';
import { createPerf } from '../src/index.ts';

const who = new AsyncLocalStorage<string>();
for (const memory of [false, true]) for (const given of [undefined, 'same']) for (const how of ['subagent','tool']) {
  const perf = createPerf();
  const subModel = mockModel({ respond: (_, n) => ({ text: `sub #${n} for ${who.getStore()}` }) });
  const sub = new Agent({ id: 'sub', name: 'sub', description: 'sub', instructions: 'i', model: subModel });
  const tool = createTool({ id: 'ask', description: 'ask', inputSchema: z.object({}), execute: async () => ({ text: (await sub.generate('delegated')).text }) });
  const main = new Agent({ id: 'main', name: 'main', instructions: 'i',
    model: mockModel({ respond: ({ prompt }) => prompt.at(-1)?.role === 'tool'
      ? { text: `main heard: ${JSON.stringify(prompt.at(-1)?.content)}` }
      : { tools: [how === 'subagent' ? { name: 'agent-sub', args: { prompt: 'delegated', ...(given && { resourceId: given, threadId: 't' }) } } : { name: 'ask', args: {} }] } }),
    ...(how === 'subagent' ? { agents: { sub } } : { tools: { ask: tool } }), ...(memory && { memory: new Memory() }) });
  new Mastra({ agents: { main, sub }, logger: false, storage: new InMemoryStore(), processors: { perf } });
  for (const tenant of ['A', 'B']) {
    const requestContext = new RequestContext([['mastra__resourceId', tenant]]);
    const r = await who.run(tenant, () => main.generate('q', { requestContext, ...(memory && { memory: { thread: `t-${tenant}`, resource: tenant } }) }));
    const other = tenant === 'A' ? 'B' : 'A';
    console.log({ how, memory, given, tenant }, `sub calls ${subModel.calls.total}`, JSON.stringify(r.text).includes(`for ${other}`) ? 'CROSSED' : 'ok', r.text.slice(0, 160));
  }
  await perf.close();
}
process.exit(0);
