import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { mockModel } from '@mastra-perf/testkit';
import { createPerf } from 'mastra-perf';
import { Session } from 'node:inspector/promises';
const mode = process.argv[2];
const a = new Agent({ id: 'a', name: 'a', instructions: 'i', model: mockModel({ spec: 'v3' }) });
new Mastra({ agents: { a }, logger: false, storage: new InMemoryStore(), processors: (mode === 'plain' ? {} : { p: createPerf() }) });
const q = (r) => mode === 'hit' ? 'same' : `Question ${r}: what does a cache of answers save?`;
const meth = process.argv[3] ?? 'generate';
const go = async (r) => { if (meth === 'generate')
    await a.generate(q(r));
else {
    const s = await a.stream(q(r));
    for await (const _ of s.textStream)
        ;
} };
for (let i = 0; i < 500; i++)
    await go(i);
const s = new Session();
s.connect();
await s.post('Profiler.enable');
await s.post('Profiler.setSamplingInterval', { interval: 200 });
await s.post('Profiler.start');
const c = process.cpuUsage();
for (let i = 500; i < 2500; i++)
    await go(i);
const d = process.cpuUsage(c);
const { profile } = await s.post('Profiler.stop');
const nodes = new Map(profile.nodes.map((n) => [n.id, n]));
const self = new Map();
profile.samples.forEach((id, i) => self.set(id, (self.get(id) ?? 0) + profile.timeDeltas[i]));
let total = 0;
const by = new Map();
const parent = new Map();
for (const n of profile.nodes)
    for (const ch of n.children ?? [])
        parent.set(ch, n.id);
let ours = 0;
for (const [id, t] of self) {
    const n = nodes.get(id);
    if (/idle/.test(n.callFrame.functionName))
        continue;
    total += t;
    // attributed to us if nearest non-native frame url is ours
    let k = id;
    while (k && !nodes.get(k).callFrame.url)
        k = parent.get(k);
    const u = k ? nodes.get(k).callFrame : n.callFrame;
    const isOurs = /mastra-perf\/dist|lru-cache|node:internal\/crypto/.test(u.url);
    if (isOurs) {
        ours += t;
        const key = u.functionName + ' ' + u.url.split('/').pop() + ':' + u.lineNumber;
        by.set(key, (by.get(key) ?? 0) + t);
    }
}
console.log(mode, meth, 'cpu/call', ((d.user + d.system) / 2000).toFixed(0), 'profiled/call', (total / 2000).toFixed(0), 'ours/call', (ours / 2000).toFixed(1), 'us');
console.log([...by].sort((x, y) => y[1] - x[1]).slice(0, 14).map(([k, v]) => `${(v / 2000).toFixed(2)} ${k}`).join('\n'));
process.exit(0);
