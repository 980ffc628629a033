import { globalEmbeddingCache } from '@mastra/core/processors';
import type { MockSpec } from '@mastra-perf/testkit';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type App } from './combinations/app.ts';
import { features, grouped, oneByOne, optionsOf } from './combinations/features.ts';
import { openTimers } from './combinations/open-timers.ts';
import type { Scenario } from './combinations/scenario.ts';
import { scenarios } from './combinations/scenarios.ts';
import { withoutUsage } from './combinations/told.ts';
import { watchedStore } from './combinations/watched-store.ts';

/*
 * Features that work alone, together: what an application gets to see is what it sees without the plugin, every model call is
 * accounted for, and nothing is left behind. `COMBINATIONS='one by one'` runs each feature, each two and all but each one by themselves:
 * minutes instead of seconds, to see which two of a group do not go together.
 */

const specs: readonly MockSpec[] = ['v2', 'v3', 'v4'];
const all = scenarios();

/** What each scenario shows, all of them at the same time. */
async function askAll(app: App, round: number): Promise<Record<string, unknown>> {
  const told = await Promise.all(
    all.map(async (scenario) => [scenario.name, await scenario.ask(app, round)] as const),
  );
  return Object.fromEntries(told);
}

const bare = new Map<MockSpec, ReadonlyArray<Record<string, unknown>>>();
beforeAll(async () => {
  for (const spec of specs) {
    globalEmbeddingCache.clear();
    const app = startApp(all, spec);
    bare.set(spec, [await askAll(app, 0), await askAll(app, 1)]);
  }
}, 60_000);

let timers: ReturnType<typeof openTimers>;
beforeEach(() => {
  globalEmbeddingCache.clear(); // Mastra's own, of this process
  timers = openTimers();
});
afterEach(() => timers.restore());

const combinations = process.env['COMBINATIONS'] === 'one by one' ? oneByOne() : grouped();
const cases = combinations.map((one, index) => ({ ...one, spec: specs[index % specs.length] ?? 'v3' }));

describe('together', () => {
  it('has every two features on in some case', () => {
    const missing = features.flatMap((one) =>
      features
        .filter((other) => !cases.some(({ chosen }) => chosen.includes(one) && chosen.includes(other)))
        .map((other) => [one.name, other.name]),
    );
    expect(missing).toEqual([]);
  });

  it.each(cases)('$name', { timeout: 60_000 }, async ({ chosen, spec }) => {
    const options = optionsOf(chosen);
    const has = (name: string): boolean => chosen.some((feature) => feature.name === name);
    const watched = watchedStore();
    const app = startApp(all, spec, options.store ? { ...options, store: watched.store } : options);
    const perf = app.perf!;
    const faults: unknown[] = [];
    const outcomes: Record<string, number> = {};
    perf.on('fault', (fault) => void faults.push(fault));
    perf.on('call', ({ outcome }) => void (outcomes[outcome] = (outcomes[outcome] ?? 0) + 1));
    const [first, second] = bare.get(spec)!;
    const asks = (scenario: Scenario): number => app.counted(scenario).calls;
    const modelCalls = (): number => all.reduce((sum, scenario) => sum + asks(scenario), 0);

    expect(await askAll(app, 0)).toEqual(first);
    await perf.flush();
    const before = new Map(all.map((scenario) => [scenario, asks(scenario)]));
    expect(withoutUsage(await askAll(app, 1))).toEqual(withoutUsage(second));
    await perf.flush();

    if (options.cache) {
      const asked = all.filter(
        ({ repeats }) => repeats === 'always' || (repeats === 'without recall' && !has('recall')),
      );
      expect(asked.filter((one) => asks(one) !== before.get(one)).map(({ name }) => name)).toEqual([]);
    }
    if (options.latency) expect((outcomes['miss'] ?? 0) + (outcomes['bypass'] ?? 0)).toBe(modelCalls());
    if (options.usage) await checkUsage(app, modelCalls());

    await perf.close();
    expect(faults).toEqual([]);
    expect(timers.open()).toEqual([]);
    expect({ leases: watched.leases(), held: await watched.held() }).toEqual({ leases: 0, held: 0 });
    if (options.store && has('budgets')) expect(await watched.spent()).toBeGreaterThan(0);
  });
});

async function checkUsage(app: App, modelCalls: number): Promise<void> {
  const totals = await app.perf!.report();
  const { calls, hits, stale, shared, misses, bypassed } = totals;
  expect({
    modelCalls: totals.modelCalls,
    asked: misses + bypassed,
    answered: hits + stale + shared,
  }).toEqual({
    modelCalls,
    asked: modelCalls,
    answered: calls - modelCalls,
  });
  const rows = await app.perf!.usage.report({ by: ['agent', 'purpose'] });
  const used: Record<string, readonly number[]> = {};
  for (const { agent = '', purpose, spent } of rows) {
    const scenario = app.scenarioOf(agent);
    if (!scenario || scenario.hasEstimates || purpose === 'embedding') continue;
    const [input = 0, output = 0] = used[scenario.name] ?? [];
    used[scenario.name] = [input + spent.inputTokens, output + spent.outputTokens];
  }
  const told = all
    .filter(({ hasEstimates }) => !hasEstimates)
    .map((scenario) => {
      const { inputTokens, outputTokens } = app.counted(scenario);
      return [scenario.name, [inputTokens, outputTokens]] as const;
    });
  expect(used).toEqual(Object.fromEntries(told));
}
