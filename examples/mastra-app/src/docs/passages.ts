import { MDocument } from '@mastra/rag';
import type { DocsPage } from './pages.ts';
import { leadOf, splitByParagraph } from './passage-text.ts';

/** What the retrieval tool returns and the model reads. */
export interface Passage {
  readonly path: string;
  readonly title: string;
  /** Headings covered by this passage, joined with ` / `; empty for a page's introduction. */
  readonly section: string;
  readonly text: string;
}

export interface PassageToEmbed extends Passage {
  /** The short text that stands for the passage in the vector index. */
  readonly embedText: string;
}

/** Upper size of a passage: four of them are what one answer costs in input tokens. */
const passageCharacters = 2_000;
/**
 * The local model costs ~0.7 ms per token and core, so the whole text of all pages (about a million tokens) would take minutes.
 * One vector stands for a passage, made of what names it best: page title, headings, first words of prose.
 */
const embedCharacters = 56;

/** Headings of so many pages that they tell nothing about one: the lead of the section says more. */
const commonHeadings =
  /^((extended |basic )?usage( examples?)?|examples?|(constructor )?parameters|returns?( values?)?|quickstart|methods|properties|installation|configuration( options)?|options|notes|constructor)$/i;

const linkSections = /^(related|see also|next steps|learn more|related resources)$/i;

interface Section {
  readonly title: string;
  readonly heading: string;
  readonly text: string;
}

/** Cuts a page at its headings and joins short neighbours, so that a passage is neither a line nor a whole page. */
export async function passagesOf(page: DocsPage): Promise<PassageToEmbed[]> {
  const pieces = (await sectionsOf(page)).flatMap((section) =>
    splitByParagraph(section.text, passageCharacters).map((text) => ({ ...section, text })),
  );
  const groups: Section[][] = [];
  let size = 0;
  for (const piece of pieces) {
    const group = groups.at(-1);
    if (group && size + piece.text.length <= passageCharacters) {
      group.push(piece);
      size += piece.text.length;
    } else {
      groups.push([piece]);
      size = piece.text.length;
    }
  }
  return groups.map((group) => passageOf(page, group));
}

async function sectionsOf(page: DocsPage): Promise<Section[]> {
  const document = MDocument.fromMarkdown(page.markdown);
  const chunks = await document.chunk({
    strategy: 'markdown',
    headers: [
      ['#', 'title'],
      ['##', 'section'],
      ['###', 'topic'],
    ],
  });
  return chunks
    .map((chunk) => ({
      title: plain(chunk.metadata['title']),
      heading: plain(chunk.metadata['topic']) || plain(chunk.metadata['section']),
      text: chunk.text,
    }))
    .filter((section) => section.title !== '' && !linkSections.test(section.heading));
}

function passageOf(page: DocsPage, group: readonly Section[]): PassageToEmbed {
  const title = group[0]?.title ?? page.path;
  const headings = [...new Set(group.map((section) => section.heading).filter((heading) => heading !== ''))];
  const text = group
    .map((section) => (section.heading === '' ? section.text : `${section.heading}\n${section.text}`))
    .join('\n\n');
  const lead = group.map((section) => leadOf(section.text)).find((words) => words !== '') ?? '';
  const names = headings.filter((heading) => !commonHeadings.test(heading)).slice(0, 2);
  const embedText = [title, ...names, lead].filter((part) => part !== '').join('. ');
  return {
    path: page.path,
    title,
    section: headings.join(' / '),
    text,
    embedText: embedText.slice(0, embedCharacters),
  };
}

function plain(heading: unknown): string {
  return typeof heading === 'string' ? heading.replaceAll(/[`*]/g, '').trim() : '';
}
