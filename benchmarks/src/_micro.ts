import { mockModel } from '@mastra-perf/testkit';
import { createPerf } from 'mastra-perf';
const prompt = (i: number|string) => [{ role: 'system', content: 'Answer briefly.' }, { role: 'user', content: [{ type: 'text', text: `Question ${i}: what does a cache of answers save?`, providerOptions: { mastra: { createdAt: 1 } } }] }];
async function med(name: string, f: (i: number) => Promise<unknown>) { const s: number[] = []; for (let i = 0; i < 4000; i++) { const t = performance.now(); await f(i); s.push(performance.now() - t); } const h = s.slice(1000).sort((a, b) => a - b); console.log(name.padEnd(40), (h[1500]! * 1000).toFixed(1), 'us'); }
const opts = [['all', {}], ['no coalesce', { coalesce: false }], ['no usage', { usage: false }], ['no latency', { latency: false }], ['no cache', { cache: false }], ['nothing', { cache: false, coalesce: false, usage: false, latency: false }]] as const;
const m0 = mockModel({ spec: 'v3' });
await med('mock generate', (i) => Promise.resolve(m0.doGenerate({ prompt: prompt(i) } as never)));
await med('mock stream', async (i) => { const { stream } = await m0.doStream({ prompt: prompt(i) } as never); for await (const _ of stream as any); });
for (const [n, o] of opts) {
  const p = createPerf(o as never); const m = p.model(mockModel({ spec: 'v3' }));
  await med(n + ' generate miss', (i) => Promise.resolve(m.doGenerate({ prompt: prompt(i) } as never)));
  await med(n + ' generate hit', () => Promise.resolve(m.doGenerate({ prompt: prompt('x') } as never)));
  await med(n + ' stream miss', async (i) => { const { stream } = await m.doStream({ prompt: prompt('s' + i) } as never); for await (const _ of stream as any); });
  await med(n + ' stream hit', async () => { const { stream } = await m.doStream({ prompt: prompt('x') } as never); for await (const _ of stream as any); });
}
