import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Where Chromium is: `CHROMIUM_PATH`, or by its usual names on the PATH. */
function chromiumPath(): string | undefined {
  if (process.env['CHROMIUM_PATH']) return process.env['CHROMIUM_PATH'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false; // not there
      }
    });
}

export interface Window {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

export interface Browser {
  /** Why tests that need one must be skipped; `undefined` if it runs. */
  readonly skip: string | undefined;
  /** A window of its own, without anything from before. */
  open(window?: Window): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** Finds Chromium. Without it this fails where `CI` is set; elsewhere the tests are skipped, and a line says how to get it. */
export function findBrowser(): Browser {
  const path = chromiumPath();
  const opened: Array<{ readonly context: BrowserContext; readonly folder: string }> = [];
  const why = 'Chromium was not found: install it (apt install chromium), or set CHROMIUM_PATH to it';
  if (!path && process.env['CI']) throw new Error(why);
  if (!path) process.stderr.write(`tests of pages are skipped. ${why}\n`);
  return {
    skip: path ? undefined : why,
    async open({ width = 1280, height = 900, dark = false } = {}) {
      const folder = mkdtempSync(join(tmpdir(), 'mastra-perf-page-'));
      const context = await chromium.launchPersistentContext(folder, {
        executablePath: path ?? '',
        headless: true,
        viewport: { width, height },
        colorScheme: dark ? 'dark' : 'light',
        locale: 'en-US',
        timezoneId: 'UTC',
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
        ],
      });
      opened.push({ context, folder });
      return context;
    },
    async close() {
      for (const { context, folder } of opened.splice(0)) {
        await context.close();
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}
