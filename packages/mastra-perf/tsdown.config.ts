import { defineConfig, type UserConfig } from 'tsdown';
import { pagePlugin } from './page-plugin.ts';

const shared: UserConfig = {
  sourcemap: true,
  target: 'node22',
  platform: 'node',
  // A few schemas of zod are bundled: importing the package would cost several times the plugin. No type shows it.
  outputOptions: { comments: { jsdoc: false } },
  treeshake: { moduleSideEffects: false },
  deps: { onlyBundle: ['zod'], dts: { neverBundle: [/^zod/] } },
};

export default defineConfig([
  {
    ...shared,
    // Two entries: what a test of an adapter loads is not in what an application loads.
    entry: { index: 'src/index.ts', testing: 'src/testing/index.ts' },
    format: ['esm', 'cjs'],
    plugins: [pagePlugin()],
    dts: true,
    clean: true,
  },
  {
    ...shared,
    // The command, by itself: it starts without the plugin, and the plugin is not cut into pieces for it.
    entry: { cli: 'src/cli/main.ts' },
    format: 'esm',
    sourcemap: false,
    dts: false,
    clean: false,
  },
]);
