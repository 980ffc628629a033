import { findBrowser } from '@mastra-perf/testkit/browser';

/** What somebody saw who had the page open all the time. */
export interface PageReport {
  readonly errors: ReadonlyArray<{ readonly text: string; readonly at: number }>;
  /** The figures that it shows at the end. */
  readonly text: string;
  readonly heapMb: number;
}

interface Page extends AsyncDisposable {
  report(): Promise<PageReport>;
}

/** Opens it in Chromium; `undefined` where there is none. */
export async function openPage(url: string): Promise<Page | undefined> {
  const browser = findBrowser();
  if (browser.skip) return undefined;
  const context = await browser.open();
  const page = await context.newPage();
  const errors: { text: string; at: number }[] = [];
  page.on('pageerror', (error) => errors.push({ text: String(error), at: Date.now() }));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push({ text: message.text(), at: Date.now() });
  });
  await page.goto(url);
  return {
    async report() {
      const text = await page.locator('body').innerText();
      const session = await context.newCDPSession(page);
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize } = await session.send('Runtime.getHeapUsage');
      return { errors: [...errors], text, heapMb: usedSize / 2 ** 20 };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
