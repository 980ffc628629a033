import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { env: { MASTRA_TELEMETRY_DISABLED: '1' }, testTimeout: 60_000, maxWorkers: 2 },
});
