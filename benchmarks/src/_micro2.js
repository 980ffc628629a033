import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryServerCache } from '@mastra/core/cache';
import { ResponseCache } from '@mastra/core/processors';
import { InMemoryStore } from '@mastra/core/storage';
import { mockModel } from '@mastra-perf/testkit';
import { createPerf } from 'mastra-perf';
const mk = (p = {}, extra = {}) => { const a = new Agent({ id: 'a', name: 'a', instructions: 'i', model: mockModel({ spec: 'v3' }), ...extra }); new Mastra({ agents: { a }, logger: false, storage: new InMemoryStore(), processors: p }); return a; };
const q = (r) => `Question ${r}: what does a cache of answers save?`;
const cases = [
    ['plain', mk(), q], ['nothing', mk({ p: createPerf({ cache: false, coalesce: false, usage: false, latency: false }) }), q], ['no coalesce', mk({ p: createPerf({ coalesce: false }) }), q], ['no cache', mk({ p: createPerf({ cache: false }) }), q], ['miss', mk({ p: createPerf() }), q], ['hit', mk({ p: createPerf() }), () => 'same'], ['builtin miss', mk({}, { inputProcessors: [new ResponseCache({ cache: new InMemoryServerCache() })] }), q], ['builtin hit', mk({}, { inputProcessors: [new ResponseCache({ cache: new InMemoryServerCache() })] }), () => 'same']
];
cases.push(['plain2', mk(), q], ['nothing2', mk({ p: createPerf({ cache: false, coalesce: false, usage: false, latency: false }) }), q], ['plain3', mk(), q]);
const tot = new Map();
for (let block = 0; block < 12; block++)
    for (const [n, a, f] of cases) {
        const c = process.cpuUsage();
        for (let i = 0; i < 100; i++)
            await a.generate(f(block * 100 + i));
        const d = process.cpuUsage(c);
        if (block > 2)
            (tot.get(n) ?? tot.set(n, []).get(n)).push((d.user + d.system) / 100);
    }
const med = (v) => v.sort((a, b) => a - b)[Math.floor(v.length / 2)];
const base = med(tot.get('plain'));
for (const [n, v] of tot)
    console.log(n.padEnd(14), med(v).toFixed(0), 'us cpu', (med(v) / base).toFixed(3));
process.exit(0);
