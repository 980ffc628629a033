import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../repository.ts';

export interface PageLink {
  /** Relative to the root of the repository. */
  readonly page: string;
  /** From 1. */
  readonly line: number;
  /** As it stands there. */
  readonly target: string;
  /** Relative to the root; the page itself for a link that is only an anchor. */
  readonly file: string;
  /** Without `#`; absent where the link names none. */
  readonly anchor?: string;
}

/** Links of a page to other files of the repository, pictures and definitions (`[name]: target`) included. */
export function pageLinks(page: string): PageLink[] {
  return prose(page).flatMap(({ line, text }) => {
    const inline = [...text.matchAll(/\]\(([^\s)]+)(?: "[^"]*")?\)/g)];
    const defined = [...text.matchAll(/^\[[^\]]+\]: (\S+)/g)];
    return [...inline, ...defined].flatMap(([, target = '']) => {
      if (/^[a-z][a-z+.-]*:/i.test(target)) return []; // somewhere else
      const [to = '', anchor] = target.split('#');
      const file = to === '' ? page : path.posix.normalize(path.posix.join(path.posix.dirname(page), to));
      return [{ page, line, target, file, ...(anchor !== undefined && { anchor }) }];
    });
  });
}

/** By which names the headings of a page can be linked to, as GitHub makes them. */
export function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const { text } of prose(page)) {
    const [, heading] = /^#{1,6} (.+)$/.exec(text) ?? [];
    if (heading === undefined) continue;
    const name = slug(heading);
    let anchor = name;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${name}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

function slug(heading: string): string {
  const shown = heading.trim().replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return shown
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

/** Lines that are not code. */
function prose(page: string): Array<{ readonly line: number; readonly text: string }> {
  let isCode = false;
  return readFileSync(path.join(ROOT, page), 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      const isFence = text.trimStart().startsWith('```');
      if (isFence) isCode = !isCode;
      return isFence || isCode
        ? []
        : [{ line: index + 1, text: text.replaceAll(/`[^`]*`/g, keepHeading(text)) }];
    });
}

/** Code within a line holds no link, but is a part of the name of a heading. */
const keepHeading =
  (line: string) =>
  (code: string): string =>
    line.startsWith('#') ? code.slice(1, -1) : '';
