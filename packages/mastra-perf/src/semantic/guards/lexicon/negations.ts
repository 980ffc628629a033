const WORDS = new Set(
  [
    'not no never none nobody nothing nowhere neither nor cannot without hardly non unable',
    'nicht kein keine keinen keinem keiner keines nie niemals niemand nichts ohne',
    'ne pas jamais aucun aucune rien sans personne',
    'nunca nadie nada sin ningún ninguna ninguno tampoco',
    'non mai nessuno nessuna niente senza',
    'não nenhum nenhuma ninguém sem',
    'niet geen nooit niemand zonder',
    'не нет нельзя никогда никто без',
    'nie bez değil yok',
    'لا لم لن ليس غير بدون नहीं मत बिना 안 못 不 没 沒 無 无 未 非 別 别 勿',
  ].flatMap((line) => line.split(' ')),
);
const PARTS = /ませ(?=ん)|な(?=い|か)|않|없|못하/gu;

/** How often these words say no. */
export function negationsIn(words: readonly string[], language: string | undefined): number {
  const single = words.filter((word) => WORDS.has(word)).length;
  if (language === 'fr') {
    // "Ne ... pas" is one negation in two words, and either may be left out.
    const first = words.filter((word) => word === 'ne' || word === 'n').length;
    return Math.max(first, single - words.filter((word) => word === 'ne').length);
  }
  return language === 'ja' || language === 'ko'
    ? single + [...words.join('').matchAll(PARTS)].length
    : single;
}
