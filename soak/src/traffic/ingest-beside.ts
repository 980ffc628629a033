import { setTimeout } from 'node:timers/promises';
import { HEADERS } from '../headers.ts';
import type { Random } from '../random.ts';

/** What came of the documents. */
export interface Ingested {
  readonly documents: number;
  /** Runs, with whose documents or requests something went wrong. */
  readonly failures: ReadonlyArray<{ readonly call: string; readonly error: string }>;
}

const EVERY_MS = 2000;
const DOCUMENTS = 5;

/** Brings documents into the index of one process after the other, most of which it has seen already. */
export async function ingestBeside(
  url: string,
  random: Random,
  ended: AbortSignal,
  phase: () => string,
): Promise<Ingested> {
  const failures: { call: string; error: string }[] = [];
  let documents = 0;
  for (let run = 0; !ended.aborted; run++) {
    const call = `ingest.${run}`;
    const list = Array.from({ length: DOCUMENTS }, () => {
      const number = random.below(40);
      return {
        id: `page-${number}.md`,
        content: `# Page ${number}\n\n${`It is about ${number}. `.repeat(40)}`,
      };
    }).filter(({ id }, index, all) => all.findIndex((one) => one.id === id) === index);
    try {
      const response = await fetch(`${url}/ingest`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          [HEADERS.user]: 'librarian',
          [HEADERS.call]: call,
          [HEADERS.phase]: phase(),
        },
        body: JSON.stringify(list),
      });
      const said = await response.text();
      const failed = response.ok ? (JSON.parse(said) as { failed: readonly unknown[] }).failed : [said];
      if (failed.length > 0) failures.push({ call, error: JSON.stringify(failed) });
      else documents += list.length;
    } catch (error) {
      failures.push({ call, error: String(error) });
    }
    await setTimeout(EVERY_MS, undefined, { signal: ended }).catch(() => undefined); // it is over
  }
  return { documents, failures };
}
