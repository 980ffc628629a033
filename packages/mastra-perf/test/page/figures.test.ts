import { startSimulatedProvider, type ProviderLogEntry } from '@mastra-perf/testkit';
import { describe, expect, it } from 'vitest';
import type { DashboardData } from '../../src/dashboard/dashboard-data.ts';
import { startDashboardServer } from '../dashboard-server.ts';
import { figure, isLive, pageVisits } from './page-visits.ts';

/* What the page shows is what the provider has billed. */

const { skip, open, leave } = pageVisits();

/** Dollars per million tokens, as OpenAI lists them. */
const PRICES: Readonly<Record<string, readonly [input: number, cached: number, output: number]>> = {
  'gpt-4o-mini': [0.15, 0.075, 0.6],
  'gpt-4o': [2.5, 1.25, 10],
};
const dollars = (entries: readonly ProviderLogEntry[]): number =>
  entries.reduce((sum, { model, inputTokens, cachedTokens, outputTokens }) => {
    const [input, cached, output] = PRICES[model] ?? [Number.NaN, Number.NaN, Number.NaN];
    return sum + ((inputTokens - cachedTokens) * input + cachedTokens * cached + outputTokens * output) / 1e6;
  }, 0);
const sum = (entries: readonly ProviderLogEntry[], of: 'inputTokens' | 'outputTokens'): number =>
  entries.reduce((all, entry) => all + entry[of], 0);

describe.skipIf(skip)('after a day that is known', { timeout: 120_000 }, () => {
  it('shows the figures of perf.usage.report() and of the log of the provider', async () => {
    const refused = (text: string) => text.includes('refused');
    await using provider = await startSimulatedProvider({
      answer: ({ messages }) => ({ text: `An answer to: ${messages.at(-1)?.text}` }),
      fail: ({ messages }) =>
        refused(messages.at(-1)?.text ?? '') ? { status: 400, message: 'no' } : undefined,
    });
    const server = await startDashboardServer({ provider: provider.url });
    const { perf } = server;
    try {
      const questions = ['one', 'two', 'one', 'refused', 'three', 'two', 'one'];
      for (const [number, question] of questions.entries())
        for (const agent of ['support', 'legal'])
          await server.ask(agent, question, { user: 'anna' }, number % 2 === 0);
      await Promise.all(
        Array.from({ length: 5 }, () => server.ask('legal', 'all at once', { user: 'anna' })),
      );
      await provider.settled();

      const billed = provider.log.filter(({ status }) => status === 200);
      expect([billed.length, provider.log.length]).toEqual([7, 9]);
      const [totals] = await perf.usage.report({ by: [], from: '15m' });
      const spent = { inputTokens: sum(billed, 'inputTokens'), outputTokens: sum(billed, 'outputTokens') };
      const expected = { calls: 19, misses: 9, modelCalls: 9, hits: 6, shared: 4, errors: 2 };
      expect(totals).toMatchObject({ ...expected, spent });
      expect(totals?.spent.usd).toBeCloseTo(dollars(billed), 12);

      const page = await open(server);
      await isLive(page);
      const data = (await (await fetch(`${server.url}/perf/data?range=15m`)).json()) as DashboardData;
      expect(totals).toMatchObject(data.totals);
      expect(await figure(page, 'calls')).toBe(19);
      expect(await figure(page, 'rate')).toBe(10 / 19);
      expect(await figure(page, 'spent')).toBeCloseTo(dollars(billed), 12);
      expect(await figure(page, 'saved')).toBe(totals?.saved.usd);
      expect(await page.locator('[data-tile=spent] .more').textContent()).toBe(
        `${spent.inputTokens} tokens in, ${spent.outputTokens} out`,
      );
      for (const [by, modelOf] of [
        ['models', (name: string) => name.replace('openai/', '')],
        ['agents', (name: string) => (name === 'support' ? 'gpt-4o-mini' : 'gpt-4o')],
      ] as const) {
        const rows = await page.locator(`[data-table=${by}] tbody tr`).evaluateAll((all) =>
          all.map((row) => ({
            name: row.querySelector('th')?.textContent ?? '',
            figures: Array.from(row.querySelectorAll('data'), ({ value }) => Number(value)),
          })),
        );
        expect(rows).toHaveLength(2);
        for (const { name, figures } of rows) {
          const own = billed.filter(({ model }) => model === modelOf(name));
          expect(figures.slice(1, 3)).toEqual([sum(own, 'inputTokens'), sum(own, 'outputTokens')]);
          expect(figures[4]).toBeCloseTo(dollars(own), 12);
        }
      }
    } finally {
      await leave().finally(() => server.close());
    }
  });
});
