import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { rolldown, type Plugin } from 'rolldown';

const NAME = 'virtual:mastra-perf-page';
const RESOLVED = `\0${NAME}`;
const pagePath = (file: string): string => fileURLToPath(new URL(`page/${file}`, import.meta.url));

/**
 * `virtual:mastra-perf-page`: the page of the dashboard as one text with its script and its style, and the hashes of both. It is
 * a module, not a file that is read at run time: bundlers of applications take modules along.
 */
export function pagePlugin(): Pick<Plugin, 'name' | 'resolveId' | 'load'> {
  return {
    name: 'mastra-perf-page',
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    async load(id) {
      if (id !== RESOLVED) return undefined;
      const [script, style] = [await bundleScript(), readStyle()];
      // Texts instead of patterns: `$` and `<!--` of the script mean nothing here.
      const html = smaller(readFileSync(pagePath('index.html'), 'utf8'))
        .replace('<!-- style -->', () => style)
        .replace('<!-- script -->', () => script);
      const page = { html, scriptHash: hashOf(script), styleHash: hashOf(style) };
      return { code: `export const page = ${JSON.stringify(page)};`, moduleType: 'js', map: null };
    },
  };
}

async function bundleScript(): Promise<string> {
  const build = await rolldown({ input: pagePath('main.ts'), platform: 'browser', logLevel: 'warn' });
  const { output } = await build.generate({
    format: 'iife',
    minify: true,
    comments: { legal: false, annotation: false, jsdoc: false },
  });
  await build.close();
  const { code } = output[0];
  // A script ends at the first of these, wherever it stands.
  return code.trim().replaceAll(/<(?=\/script|!--)/gi, String.raw`\x3c`);
}

function readStyle(): string {
  const uplot = createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css');
  const css = `${readFileSync(uplot, 'utf8')}\n${readFileSync(pagePath('style.css'), 'utf8')}`;
  return css
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([{};,]) ?/g, '$1')
    .replaceAll(/: /g, ':')
    .replaceAll(';}', '}')
    .trim();
}

const smaller = (html: string): string => html.replaceAll(/>\s+</g, '><').trim();

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
