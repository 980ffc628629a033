const LINES = `
all every each everyone everybody everything always entire whole alle alles jede jeder jedes tous toutes tout todos todas todo tutti tutte tutto alle все всех 所有 全部
some any several few someone somebody something sometimes einige manche quelques algunos algunas alcuni alcune alguns algumas sommige enkele некоторые 部分 一些
none nobody nothing never
most usually mostly often
many much lots
least minimum mindestens almeno moins mínimo
most maximum höchstens plus máximo
both
either
neither
half
only just solely nur seulement solo sólo solamente só alleen только
first
last
second
third
next
previous
`;

const classes = new Map<string, number>();
for (const [line, words] of LINES.trim().split('\n').entries())
  for (const word of words.split(' ')) if (!classes.has(word)) classes.set(word, line);

/** Words that change the answer also where the other text has none of these words. */
const ALONE = new Set([
  'only',
  'except',
  'excluding',
  'none',
  'both',
  'neither',
  'nur',
  'seulement',
  'solo',
  'sólo',
  'só',
  'alleen',
  'только',
]);

/** A number that words for the same amount share. */
export const quantityOf = (word: string): number | undefined => classes.get(word);
export const countsAlone = (word: string): boolean => ALONE.has(word);
