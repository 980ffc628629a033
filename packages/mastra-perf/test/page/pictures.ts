import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const ARTIFACTS = '../../coverage/page';
const DOCS = '../../../../docs/images';

/** Keeps what is seen as an artifact of the tests. */
export async function keptPicture(page: Page, name: string): Promise<void> {
  mkdirSync(fileOf(ARTIFACTS), { recursive: true });
  await page.screenshot({ path: fileOf(`${ARTIFACTS}/${name}.png`), fullPage: true });
}

/** Whether the pictures of the documentation are to be made anew. */
export const updatesPictures = process.env['UPDATE_SCREENSHOTS'] === '1';

/** `height` of the page, from `y` on, as a picture of the documentation: WebP, which is small enough for a repository. */
export async function docsPicture(page: Page, name: string, y: number, height: number): Promise<void> {
  mkdirSync(fileOf(DOCS), { recursive: true });
  const clip = { x: 0, y, width: page.viewportSize()?.width ?? 0, height, scale: 1 };
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 80,
    clip,
    captureBeyondViewport: true,
  });
  writeFileSync(fileOf(`${DOCS}/${name}.webp`), Buffer.from(data, 'base64'));
}
