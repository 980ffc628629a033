/** Words that end in s and are no plural, or whose plural is another word. */
const NO_PLURALS = new Set(
  'news physics mathematics politics economics ethics means glasses goods customs contents windows arms series species lens gas bus plus minus always perhaps sometimes besides else this his its us was has yes does as is ios aws css rss dns os ms sms gps vs less across towards class business address access process success express wireless'.split(
    ' ',
  ),
);
const IRREGULAR: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  ...{
    men: 'man',
    women: 'woman',
    children: 'child',
    mice: 'mouse',
    feet: 'foot',
    teeth: 'tooth',
    lives: 'life',
    wives: 'wife',
    people: 'person',
  },
});

/** An English word without its plural ending. Nothing else goes: "marketing" is not "market", and "cheaper" is not "cheap". */
export function singular(word: string): string {
  const irregular = IRREGULAR[word];
  if (irregular !== undefined) return irregular;
  if (word.length < 4 || !word.endsWith('s') || NO_PLURALS.has(word) || /(?:ss|us|is)$/.test(word))
    return word;
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:ch|sh|x|ss|zz)es$/.test(word)) return word.slice(0, -2);
  return word.slice(0, -1);
}
