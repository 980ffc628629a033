import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';

const PAGE = new URL('../../docs/soak.md', import.meta.url);
const HEADING = '## The last run';

/** Puts the report of a run at the end of the page about it, in the place of the last one. */
export async function recordReport(minutes: number, report: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const at = page.indexOf(HEADING);
  if (at < 0) throw new Error(`docs/soak.md has no "${HEADING}"`);
  const machine = `${cpus().length} cores, Node ${process.versions.node}`;
  const said = `\`./dev soak ${minutes}\`, ${new Date().toISOString().slice(0, 10)}, ${machine}:`;
  await writeFile(PAGE, `${page.slice(0, at)}${HEADING}\n\n${said}\n\n\`\`\`text\n${report}\n\`\`\`\n`);
}
