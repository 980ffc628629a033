import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import type { DashboardServer } from '../dashboard-server.ts';
import { startBusyHour } from './busy-hour.ts';
import { isLive, pageVisits } from './page-visits.ts';
import { docsPicture, updatesPictures } from './pictures.ts';

/* The pictures in docs/images: `UPDATE_SCREENSHOTS=1 ./dev test page/pictures` makes them. */

const { skip, open, leave } = pageVisits();

describe.skipIf(skip ?? !updatesPictures)('pictures of the documentation', { timeout: 120_000 }, () => {
  let server: DashboardServer;
  beforeAll(async () => {
    server = await startBusyHour();
  }, 300_000);
  afterAll(async () => {
    vi.useRealTimers();
    await leave();
    await server.close();
  });

  it.each([
    { name: 'page', window: {}, from: '#content', height: 936 },
    { name: 'page-dark', window: { dark: true }, from: '#budgets-title', height: 900 },
    { name: 'page-phone', window: { width: 360, height: 760 }, from: '#content', height: 940 },
  ])('$name', async ({ name, window, from, height }) => {
    const page = await open(server, '?range=1h', window);
    await isLive(page);
    await page.locator('[data-table=cache]').waitFor();
    const box = await page.locator(from).boundingBox();
    await docsPicture(page, name, from === '#content' ? 0 : (box?.y ?? 0), height);
  });
});
