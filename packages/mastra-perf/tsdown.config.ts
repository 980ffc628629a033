import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts'],
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
