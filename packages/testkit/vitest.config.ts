import { defineConfig } from 'vitest/config';

// PGlite alone takes two to eight seconds to start.
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000 } });
