import { defineConfig } from 'vitest/config';
import { pagePlugin } from './page-plugin.ts';

export default defineConfig({
  plugins: [pagePlugin()],
  test: {
    env: { MASTRA_TELEMETRY_DISABLED: '1' },
    testTimeout: 30_000,
    maxWorkers: 2, // of its own accord it leaves one core idle, which is half of a small machine
    projects: [
      // They leave nothing behind, and to load everything anew for each file would take half of their time.
      { extends: true, test: { name: 'rooms', include: ['src/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'house', include: ['test/**/*.test.ts'] } },
    ],
  },
});
