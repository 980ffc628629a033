import { askedTable } from './semantic/asked-table.ts';
import { curveTable } from './semantic/curve-table.ts';
import { pairCosines, textVectors } from './semantic/pair-cosines.ts';
import { readPairs } from './semantic/pairs.ts';
import { questionTable } from './semantic/question-table.ts';
import { ruleTables } from './semantic/rule-tables.ts';
import { writtenTables } from './semantic/written-tables.ts';
import type { Table } from './table.ts';

/** Which pairs of questions get one answer by the semantic cache, beside a plain threshold of similarity. */
export async function semantic(): Promise<readonly Table[]> {
  const folder = process.env.EVALDATA_DIR;
  if (!folder) {
    const notes = ['Not run: EVALDATA_DIR, the folder of pairs-qqp.json and others, is not set.'];
    return [{ title: 'Pairs of questions', columns: [], rows: [], notes }, ...writtenTables()];
  }
  const pairs = readPairs(folder);
  const vectors = await textVectors([...pairs.questions, ...pairs.hard, ...pairs.easy]);
  const cosines = pairCosines(vectors);
  return [
    ...ruleTables(pairs, cosines),
    questionTable(pairs.questions, cosines),
    ...writtenTables(),
    curveTable(pairs, cosines),
    await askedTable(pairs, vectors),
  ];
}
