import { findBrowser, type Window } from '@mastra-perf/testkit/browser';
import type { Page } from 'playwright-core';
import type { DashboardServer } from '../dashboard-server.ts';

/** A machine that does much else takes its time. */
const PATIENCE_MS = 60_000;

export interface PageVisits {
  /** Why there can be none. */
  readonly skip: string | undefined;
  /** Opens the page of a server in a window of its own. `allowed`: what the console may say. */
  open(server: DashboardServer, search?: string, window?: Window, allowed?: RegExp): Promise<Page>;
  /** @throws Error with all that the pages have complained about, or asked of anybody but their server. */
  leave(): Promise<void>;
}

export function pageVisits(): PageVisits {
  const browser = findBrowser();
  const complaints: string[] = [];
  return {
    skip: browser.skip,
    async open(server, search = '?range=15m', window = {}, allowed = /^$/) {
      const context = await browser.open(window);
      context.setDefaultTimeout(PATIENCE_MS);
      const page = context.pages()[0] ?? (await context.newPage());
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type()) && !allowed.test(message.text()))
          complaints.push(`${message.type()}: ${message.text()}`);
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('dialog', (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on('request', (request) => {
        if (!request.url().startsWith(`${server.url}/perf`) && !request.url().startsWith('data:'))
          complaints.push(`asked ${request.url()}`);
      });
      await page.goto(`${server.url}/perf${search}`);
      return page;
    },
    async leave() {
      await browser.close();
      const said = complaints.splice(0);
      if (said.length > 0) throw new Error(`the page complained: ${said.join('\n')}`);
    },
  };
}

export const isLive = (page: Page): Promise<void> => page.locator('#live[data-state=live]').waitFor();

/** The exact figure of a tile. */
export const figure = async (page: Page, name: string): Promise<number> =>
  Number(await page.locator(`[data-tile=${name}] data`).getAttribute('value'));
