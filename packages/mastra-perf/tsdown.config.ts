import { defineConfig } from 'tsdown';

export default defineConfig({
  // Two entries: what a test of an adapter loads is not in what an application loads.
  entry: { index: 'src/index.ts', testing: 'src/testing/index.ts' },
  format: ['esm', 'cjs'],
  dts: true,
  sourcemap: true,
  clean: true,
  target: 'node22',
  platform: 'node',
  // A few schemas of zod are bundled: importing the package would cost several times the plugin. No type shows it.
  outputOptions: { comments: { jsdoc: false } },
  treeshake: { moduleSideEffects: false },
  deps: { onlyBundle: ['zod'], dts: { neverBundle: [/^zod/] } },
});
