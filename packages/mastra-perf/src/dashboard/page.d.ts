/** Made of `page/` when the package is built, see `page/page-plugin.ts`. */
declare module 'virtual:mastra-perf-page' {
  export const page: { readonly html: string; readonly scriptHash: string; readonly styleHash: string };
}
