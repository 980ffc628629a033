import axe from 'axe-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { page as source } from 'virtual:mastra-perf-page';
import { startDashboardServer, TOKEN, type DashboardServer } from '../dashboard-server.ts';
import { startBusyServer } from './busy-server.ts';
import { figure, isLive, pageVisits } from './page-visits.ts';
import { keptPicture } from './pictures.ts';

/* The page in a real Chromium, against a real server. */

/** What the browser has, and this program does not. */
interface Styles {
  getComputedStyle(element: unknown): { readonly color: string };
}

const { skip, open, leave } = pageVisits();
const servers: DashboardServer[] = [];
let busy: DashboardServer;

beforeAll(async () => {
  if (!skip) busy = await startBusyServer();
}, 120_000);
afterEach(async () => {
  // The browser first: a page whose server goes complains.
  await leave().finally(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
});
afterAll(async () => busy?.close());

const started = async (...options: Parameters<typeof startDashboardServer>): Promise<DashboardServer> => {
  const server = await startDashboardServer(...options);
  servers.push(server);
  return server;
};

describe.skipIf(skip)('the page', { timeout: 120_000 }, () => {
  it('shows the figures of perf.usage.report()', async () => {
    const page = await open(busy);
    await isLive(page);
    const read = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime";
    const paint = Number(await page.evaluate(read));
    process.stderr.write(`first paint after ${paint.toFixed(0)} ms\n`); // aim: 1000, on a machine that does nothing else

    const [totals] = await busy.perf.usage.report({ by: [], from: '15m' });
    expect(await figure(page, 'calls')).toBe(totals?.calls);
    expect(await figure(page, 'spent')).toBe(totals?.spent.usd);
    expect(await figure(page, 'saved')).toBe(totals?.saved.usd);
    for (const by of ['agent', 'model', 'user'] as const) {
      const rows = await busy.perf.usage.report({ by: [by], from: '15m' });
      const shown = await page
        .locator(`[data-table=${by}s] tbody tr`)
        .evaluateAll((all) =>
          all.map((row) => [
            row.querySelector('th')?.textContent,
            ...Array.from(row.querySelectorAll('data'), ({ value }) => Number(value)),
          ]),
        );
      expect(shown).toEqual(
        rows.map(({ [by]: name, calls, spent, saved }) => [
          name,
          calls,
          spent.inputTokens,
          spent.outputTokens,
          saved.usd,
          spent.usd,
        ]),
      );
    }
  });

  it('changes while calls run', async () => {
    const server = await started();
    const page = await open(server);
    await isLive(page);
    expect(await figure(page, 'calls')).toBe(0);
    for (const question of ['one', 'two', 'one']) await server.ask('support', question);
    await page.locator('[data-tile=calls] data[value="3"]').waitFor();
    expect(await page.locator('[data-tile=rate] .big').textContent()).toBe('33 %');
  });

  it('filters by agent, model and time, and keeps that in its address', async () => {
    const page = await open(busy);
    await isLive(page);
    const all = await figure(page, 'calls');
    await page.locator('#agent').selectOption('legal');
    const [own] = await busy.perf.usage.report({ by: [], from: '15m', where: { agent: 'legal' } });
    await page.locator(`[data-tile=calls] data[value="${own?.calls}"]`).waitFor();
    expect(own?.calls).toBeLessThan(all);
    await page.getByRole('radio', { name: '24 hours' }).press('Space');
    await page.waitForURL(/range=24h&agent=legal/);
    await page.reload();
    await page.locator(`[data-tile=calls] data[value="${own?.calls}"]`).waitFor();
    expect(await page.locator('#agent').inputValue()).toBe('legal');
    await page.goBack();
    await page.goBack();
    await page.locator(`[data-tile=calls] data[value="${all}"]`).waitFor();
  });

  it('takes answers away by a tag, which can then be seen', async () => {
    const server = await started();
    for (const [question, tag] of [
      ['one', 'kb:1'],
      ['two', 'kb:1'],
      ['three', 'kb:2'],
    ] as const)
      await server.ask('support', question, { tags: [tag] });
    const page = await open(server);
    await isLive(page);
    const rows = page.locator('[data-table=cache] tbody tr');
    await rows.nth(2).waitFor();
    expect(await rows.count()).toBe(3);
    await rows.getByRole('button', { name: 'kb:1' }).first().click();
    expect(await page.locator('#value').inputValue()).toBe('kb:1');
    await page.locator('#value').press('Enter');
    await page.locator('#invalidated[data-state=ok]').waitFor();
    await rows.nth(1).waitFor({ state: 'detached' });
    expect(await rows.count()).toBe(1);
    await server.ask('support', 'one', { tags: ['kb:1'] });
    expect((await server.perf.report()).hits).toBe(0);
  });

  it('shows what was answered by meaning, and takes what somebody says of it', async () => {
    const server = await started({ byMeaning: true, perf: { dashboard: { showQuestions: true } } });
    const hostile = 'topic 1: <img src=x onerror=alert(1)>';
    for (const question of ['topic 1: what is it?', 'topic 1: tell me of it', hostile]) {
      await server.ask('support', question);
      await server.perf.flush();
    }
    const { right, wrong } = server.perf.cache.stats().semantic!;
    const page = await open(server);
    await isLive(page);
    const rows = page.locator('[data-table=meanings] tbody tr');
    await rows.nth(1).waitFor();
    expect(await rows.nth(0).textContent()).toContain(hostile);
    expect(await rows.nth(1).textContent()).toContain('topic 1: tell me of it');
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => {
      const inPage = globalThis as unknown as { readonly axe: Pick<typeof axe, 'run'> };
      return (await inPage.axe.run('#meanings')).violations.map(({ id }) => id);
    });
    expect(violations).toEqual([]);
    await rows.nth(1).getByRole('button', { name: 'Wrong' }).click();
    await page.locator('#judged[data-state=ok]').waitFor();
    await rows.nth(1).getByText('✕ Wrong').waitFor();
    await rows.nth(0).getByRole('button', { name: 'Right' }).press('Enter');
    await rows.nth(0).getByText('✓ Right').waitFor();
    expect(await rows.getByRole('button').count()).toBe(0);
    expect(server.perf.cache.stats().semantic).toMatchObject({ right: right + 1, wrong: wrong + 1 });
  });

  it('shows a budget near its limit, then over it', async () => {
    const server = await started({
      perf: { usage: { budgets: [{ name: 'mine', per: 'total', limitCalls: 10, window: 'day' }] } },
    });
    const page = await open(server);
    const budget = (state: string) => page.locator(`[data-budget=mine][data-state=${state}]`);
    await budget('ok').waitFor();
    const colour = () =>
      budget('ok')
        .or(budget('warn'))
        .or(budget('over'))
        .locator('.chip')
        .evaluate((chip) => (globalThis as unknown as Styles).getComputedStyle(chip).color);
    const colours = [await colour()];
    for (let call = 1; call <= 8; call++) await server.ask('support', `question ${call}`);
    await budget('warn').waitFor();
    expect(await budget('warn').textContent()).toContain('Near its limit');
    colours.push(await colour());
    for (let call = 9; call <= 11; call++) await server.ask('support', `question ${call}`);
    await budget('over').waitFor();
    expect(await budget('over').textContent()).toContain('Limit reached');
    colours.push(await colour());
    expect(new Set(colours).size).toBe(3);
    await page.locator('.feed [data-kind=budget-exceeded]').first().waitFor();
  });

  it('shows hostile names as text everywhere', async () => {
    const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>\u202egpj.\u0007';
    const server = await started({ agents: [hostile] });
    await server.ask(hostile, 'one', { user: hostile, tags: [hostile] });
    await server.ask(hostile, 'fail', { user: hostile });
    const page = await open(server);
    await isLive(page);
    await page.locator('[data-table=agents] tbody tr').waitFor();
    const seen = '<img src=x onerror=alert(1)><script>alert(2)</script>⟨202E⟩gpj.␇';
    for (const place of [
      '[data-table=agents] th bdi',
      '[data-table=users] th bdi',
      '[data-table=cache] td bdi',
      '.feed bdi',
    ])
      expect([place, ...(await page.locator(place).allTextContents())]).toContain(seen);
    expect(await page.locator('#agent option').allTextContents()).toEqual(['All', seen]);
    expect(await page.locator('img, main script').count()).toBe(0);
    await page.locator('#agent').selectOption({ index: 1 });
    await page.waitForURL(/agent=%3Cimg/);
    await page.locator('[data-tile=calls] data[value="2"]').waitFor();
  });

  it('asks for a token where the server does, and goes on with it', async () => {
    const server = await started({ auth: true });
    await server.ask('support', 'one');
    const page = await open(server, '', {}, /401/);
    await page.locator('#login').waitFor();
    expect(await page.locator('#content').isVisible()).toBe(false);
    await page.locator('#token').fill('wrong');
    await page.locator('#token').press('Enter');
    await page.getByText('did not accept this token').waitFor();
    await page.locator('#token').fill(TOKEN);
    await page.locator('#token').press('Enter');
    await page.locator('[data-tile=calls] data[value="1"]').waitFor();
    await isLive(page);
    await page.reload();
    await page.locator('[data-tile=calls] data[value="1"]').waitFor();
  });

  it('says when the server is away, and comes back with it', async () => {
    const server = await started();
    const page = await open(server, '', {}, /ERR_/);
    await isLive(page);
    await page.route('**/events', (route) => route.abort());
    server.cut();
    await server.ask('support', 'one');
    await page.locator('#live[data-state=again]').waitFor();
    await page.unroute('**/events');
    await isLive(page);
    await page.locator('[data-tile=calls] data[value="1"]').waitFor();
  });

  it('says nothing more of a connection that broke off long ago', async () => {
    const server = await started();
    const page = await open(server, undefined, {}, /ERR_|Failed to load/);
    await page.clock.install();
    await page.reload();
    await isLive(page);
    await page.route('**/events', (route) => route.abort());
    server.cut();
    await page.locator('#live[data-state=again]').waitFor();
    // Past the time after which a silent connection is given up; what fails then, nobody waits for.
    await page.clock.fastForward(60_000);
    await page.unroute('**/events');
    await page.clock.fastForward(10_000);
    await isLive(page);
  });

  it.each([
    { name: 'light', options: {} },
    { name: 'dark', options: { dark: true } },
    { name: 'phone', options: { width: 360, height: 760 } },
  ])('is accessible and fits: $name', async ({ name, options }) => {
    const page = await open(busy, '?range=15m', options);
    await isLive(page);
    await page.locator('[data-table=cache]').waitFor();
    await page.locator('summary').first().click();
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => {
      const inPage = globalThis as unknown as { readonly axe: Pick<typeof axe, 'run'> };
      const found = await inPage.axe.run();
      return found.violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes[0]?.html }));
    });
    expect(violations).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    await page.locator('summary').first().click();
    await page.evaluate('scrollTo(0, 0)');
    await keptPicture(page, name);
  });

  it('can be used by keyboard alone', async () => {
    const page = await open(busy);
    await isLive(page);
    const reached: string[] = [];
    for (let step = 0; step < 12; step++) {
      await page.keyboard.press('Tab');
      reached.push(await page.locator(':focus').evaluate(({ id, className }) => id || className));
    }
    expect(reached.slice(0, 5)).toEqual(['skip', 'theme', '', 'agent', 'model']);
    await page.locator('#theme').press('Enter');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
  });
});

it('is one page of less than 120 kB', () => {
  expect(Buffer.byteLength(source.html)).toBeLessThan(120_000);
});
