import { loadPackage } from './load-package.ts';

const UNSEEN = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'svg',
  'math',
  'iframe',
  'object',
  'select',
]);
const BLOCKS = new Set(
  'address article aside blockquote body dd details dialog div dl dt fieldset figcaption figure footer form header hr main nav ol p section summary table ul'.split(
    ' ',
  ),
);
const LINES = new Set(['br', 'li', 'tr', 'option', 'legend', 'caption']);
const CELLS = new Set(['td', 'th']);

/**
 * What a reader sees of a page: headings as Markdown has them, so that they are known as such, lists, rows of tables, code as it is. Broken
 * HTML is read as browsers do.
 */
export async function htmlText(html: string): Promise<string> {
  const { Parser } = await loadPackage('htmlparser2', 'HTML', () => import('htmlparser2'));
  const out = new Lines();
  let unseen = 0;
  let kept = 0;
  const parser = new Parser(
    {
      onopentagname(name) {
        if (UNSEEN.has(name)) unseen++;
        else if (name === 'pre') {
          out.end(2);
          kept++;
        } else if (BLOCKS.has(name)) out.end(2);
        else if (LINES.has(name)) {
          out.end(1);
          if (name === 'li') out.word('- ');
        } else if (/^h[1-6]$/.test(name)) {
          out.end(2);
          out.word(`${'#'.repeat(Number(name[1]))} `);
        }
      },
      onclosetag(name) {
        if (UNSEEN.has(name)) unseen = Math.max(0, unseen - 1);
        else if (name === 'pre') {
          kept = Math.max(0, kept - 1);
          out.end(2);
        } else if (BLOCKS.has(name) || /^h[1-6]$/.test(name) || name === 'title') out.end(2);
        else if (LINES.has(name)) out.end(1);
        else if (CELLS.has(name)) out.word(' | ');
      },
      ontext(text) {
        if (unseen > 0) return;
        if (kept > 0) out.asItIs(text);
        else out.word(text.replaceAll(/\s+/g, ' '));
      },
    },
    { decodeEntities: true },
  );
  parser.write(html);
  parser.end();
  return out.text();
}

/** Text that grows by words, with no more blank lines than were asked for. */
class Lines {
  readonly #parts: string[] = [];
  #breaks = 2;
  #space = true;

  end(breaks: number): void {
    if (this.#breaks >= breaks) return;
    this.#parts.push('\n'.repeat(breaks - this.#breaks));
    this.#breaks = breaks;
    this.#space = true;
  }

  word(text: string): void {
    const added = this.#space ? text.trimStart() : text;
    if (added === '') return;
    this.asItIs(added);
  }

  asItIs(text: string): void {
    if (text === '') return;
    this.#parts.push(text);
    this.#breaks = 0;
    this.#space = /\s$/.test(text);
  }

  text(): string {
    return this.#parts
      .join('')
      .replaceAll(/[ \t]+(?:\|[ \t]*)?\n/g, '\n')
      .trim();
  }
}
