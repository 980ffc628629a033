interface Sentence {
  readonly text: string;
  readonly path: string;
  readonly position: number;
  readonly score: number;
}

const sentencesPerAnswer = 3;

const stopWords = new Set(
  'a an and are as at be by can do does for from how i if in is it my of on or should that the this to use using what when which why with you your'.split(
    ' ',
  ),
);

/** Quotes the sentences that share most words with the question, in reading order, and names their pages. */
export function extractAnswer(question: string, passages: readonly { path: string; text: string }[]): string {
  const terms = new Set(wordsOf(question));
  const best = passages
    .flatMap((passage) => sentencesOf(passage.text).map((text) => ({ text, path: passage.path })))
    .filter(({ text }, i, all) => all.findIndex((other) => other.text === text) === i)
    .map((sentence, position) => ({ ...sentence, position, score: scoreOf(sentence.text, terms) }))
    .filter((sentence) => sentence.score > 0)
    .toSorted((a, b) => b.score - a.score || a.position - b.position)
    .slice(0, sentencesPerAnswer);
  if (best.length === 0) return 'The documentation that I found does not answer this question.';
  return `${inReadingOrder(best)}\n\nSources: ${[...new Set(best.map((sentence) => sentence.path))].join(', ')}`;
}

function inReadingOrder(sentences: readonly Sentence[]): string {
  return sentences
    .toSorted((a, b) => a.position - b.position)
    .map((sentence) => sentence.text)
    .join(' ');
}

/** Share of the question's words in the sentence, less for long sentences, which contain many words of any question. */
function scoreOf(sentence: string, terms: ReadonlySet<string>): number {
  const words = wordsOf(sentence);
  const shared = new Set(words.filter((word) => terms.has(word))).size;
  return shared / Math.sqrt(8 + words.length);
}

function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.filter((word) => !stopWords.has(word)).map((word) => word.replace(/(?<=...)s$/, ''));
}

function sentencesOf(markdown: string): string[] {
  return markdown
    .replaceAll(/```[\s\S]*?(```|$)/g, '\n')
    .replaceAll(/^.*📹.*$/gm, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .split(/\n+|(?<=[.!?])\s+(?=[A-Z`*])/)
    .map((sentence) => sentence.replaceAll(/[*\\]|^\s*([-#>|]|\d+\.)+\s*/g, '').trim())
    .filter((sentence) => sentence.length >= 30 && sentence.length <= 400 && /[.!?]$/.test(sentence));
}
