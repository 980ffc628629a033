/** Cuts at blank lines so that no piece is longer than `limit`; a single longer paragraph is cut hard. */
export function splitByParagraph(text: string, limit: number): string[] {
  const pieces: string[] = [];
  let current = '';
  for (const paragraph of text.split(/\n\s*\n/).flatMap((block) => hardCut(block, limit))) {
    const joined = current === '' ? paragraph : `${current}\n\n${paragraph}`;
    if (joined.length <= limit) {
      current = joined;
      continue;
    }
    if (current !== '') pieces.push(current);
    current = paragraph;
  }
  if (current.trim() !== '') pieces.push(current);
  return pieces;
}

/** The first prose of a section: no code, no tables, no Markdown signs. */
export function leadOf(text: string): string {
  const prose = text
    .replaceAll(/```[\s\S]*?(```|$)/g, ' ')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .split('\n')
    .filter((line) => !/^\s*([|>#]|<|import |npm |pnpm )/.test(line))
    .join(' ');
  return prose
    .replaceAll(/[`*_\\]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function hardCut(block: string, limit: number): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < block.length; start += limit) pieces.push(block.slice(start, start + limit));
  return pieces;
}
