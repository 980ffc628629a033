import { mockModel, until, type MockAnswer } from '@mastra-perf/testkit';
import { findBrowser } from '@mastra-perf/testkit/browser';
import { createPerf } from 'mastra-perf';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chatServer, type ChatServer } from '../src/shapes/chat-server.ts';

/** A machine that does much else takes its time. */
const PATIENCE_MS = 120_000;
const QUESTION = 'How many steps are there?';
const browser = findBrowser();

let respond: (call: number) => MockAnswer;
const model = mockModel({ respond: (_, call) => respond(call) });
const told = (call: number): readonly string[] => [
  `Answer ${call}: `,
  ...Array.from({ length: 40 }, (_, step) => `step ${step}, `),
  'and that is all.',
];
/** One slot: a call that was left and keeps it would stop everybody. */
const perf = createPerf({ limits: { concurrency: 1 } });
const calls: string[] = [];
perf.on('call', ({ outcome, status }) => calls.push(`${outcome} ${status}`));
afterEach(() => void calls.splice(0));
let server: ChatServer;
let context: BrowserContext;

describe.skipIf(browser.skip)(
  'a chat in a browser, with useChat and a route of Hono',
  { timeout: PATIENCE_MS },
  () => {
    beforeAll(async () => {
      server = await chatServer(model, perf);
      context = await browser.open();
      context.setDefaultTimeout(PATIENCE_MS);
      await context.addInitScript(noteShown);
    }, PATIENCE_MS);
    afterAll(async () => {
      await browser.close();
      await server[Symbol.asyncDispose]();
    }, PATIENCE_MS);

    it('shows an answer while the model still speaks', async () => {
      const page = await visit('ann');
      const deltas = told(1);
      // A part comes once the page shows those before; the stream begins with three that are no text.
      const shows = (length: number) =>
        page.waitForFunction((least) => (shown.at(-1) ?? '').length >= least, length);
      respond = () => ({
        deltas,
        gate: async (part) => void (await shows(deltas.slice(0, Math.max(0, part - 4)).join('').length)),
      });
      expect(await ask(page, QUESTION)).toBe(deltas.join(''));
      expect((await shownOn(page)).length).toBeGreaterThan(deltas.length / 2);
      expect(calls).toEqual(['miss ok']);
    });

    it('shows a hit as an answer that grows, too', async () => {
      const page = await visit('ann');
      expect(await ask(page, QUESTION)).toBe(told(1).join(''));
      expect((await shownOn(page)).length).toBeGreaterThan(3);
      expect(calls).toEqual(['hit ok']);
    });

    it('never shows somebody what was answered to somebody else', async () => {
      respond = (call) => ({ deltas: told(call) });
      const page = await visit('ben');
      expect(await ask(page, QUESTION)).toBe(told(2).join(''));
      expect((await shownOn(page)).filter((text) => text.includes('Answer 1'))).toEqual([]);
      expect(calls).toEqual(['miss ok']);
    });

    it('leaves nothing behind when somebody leaves the page in the middle of an answer', async () => {
      const never = new Promise<void>(() => {});
      respond = (call) => ({ deltas: told(call), gate: (part) => (part < 12 ? undefined : never) });
      const page = await visit('cleo');
      await send(page, QUESTION);
      await page.locator('[data-role=assistant]', { hasText: 'step 2' }).waitFor();
      expect(server.pending()).toBe(1);
      await page.close();
      await until('the model is told', () => model.calls.aborted + model.calls.cancelled === 1);
      await until('nobody waits', () => server.pending() === 0);
      await until('the call is over', () => calls.length === 1);
      expect(calls).toEqual(['miss aborted']);

      respond = (call) => ({ deltas: told(call) });
      const again = await visit('cleo');
      expect(await ask(again, QUESTION)).toBe(told(4).join(''));
      expect(model.calls.total).toBe(4);
    });
  },
);

/** A page of somebody, which notes all texts that it shows as an answer. */
async function visit(user: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${server.url}/?user=${user}`);
  return page;
}

async function send(page: Page, question: string): Promise<void> {
  await page.getByLabel('Question').fill(question);
  await page.getByLabel('Question').press('Enter');
}

/** The whole answer. */
async function ask(page: Page, question: string): Promise<string> {
  await send(page, question);
  const answer = page.locator('[data-role=assistant]').last();
  await answer.waitFor();
  await page.locator('[data-status=ready]').waitFor({ state: 'attached' });
  return (await answer.textContent()) ?? '';
}

declare const shown: readonly string[];
const shownOn = (page: Page): Promise<readonly string[]> => page.evaluate(() => shown);

interface Window {
  shown: string[];
  readonly document: { querySelector(selector: string): { readonly textContent: string } | null };
  readonly MutationObserver: new (seen: () => void) => {
    observe(target: object, what: Readonly<Record<string, boolean>>): void;
  };
}

/** Runs in the page. */
function noteShown(): void {
  const page = globalThis as unknown as Window;
  page.shown = [];
  const note = (): void => {
    const text = page.document.querySelector('[data-role=assistant]')?.textContent ?? '';
    if (text !== (page.shown.at(-1) ?? '')) page.shown.push(text);
  };
  new page.MutationObserver(note).observe(page.document, {
    subtree: true,
    childList: true,
    characterData: true,
  });
}
