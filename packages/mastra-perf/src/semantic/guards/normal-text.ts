import { folded } from './folded.ts';
import { withoutPoliteness } from './without-politeness.ts';

/**
 * A question without what never changes its answer: case, spaces, final stops, greetings, thanks, contractions. This is what to embed:
 * embedding models see a difference in each of these (of 55 pairs that differ in case alone, a local model puts 9 over 0.95).
 */
export function normalText(text: string): string {
  return withoutPoliteness(withoutContractions(folded(text)));
}

const CONTRACTIONS: readonly (readonly [RegExp, string])[] = [
  [/\bcan(?:'t| not\b)/g, 'cannot'],
  [/\bwon't\b/g, 'will not'],
  [/\bshan't\b/g, 'shall not'],
  [/\bain't\b/g, 'is not'],
  [/\b(are|could|did|does|do|had|has|have|is|might|must|need|should|was|were|would)n't\b/g, '$1 not'],
  [/\b(i)'m\b/g, '$1 am'],
  [/\b(you|we|they|what|who|where|how|why|there)'re\b/g, '$1 are'],
  [/\b(i|you|we|they|who|what|would|could|should|must|might)'ve\b/g, '$1 have'],
  [/\b(i|you|he|she|it|we|they|who|what|that|there|this)'ll\b/g, '$1 will'],
  [/\b(i|you|he|she|we|they)'d (?=like|love|prefer|rather)/g, '$1 would '],
  [/\b(what|who|where|when|how|why|which|it|that|there|here|he|she)'s\b/g, '$1 is'],
  [/\blet's\b/g, 'let us'],
  // As they are written in a hurry; "wont" and "its" are words of their own.
  [/\b(what|where|who|how|that)s\b/g, '$1 is'],
  [/\b(are|could|did|does|do|had|has|have|is|should|was|were|would)nt\b/g, '$1 not'],
  [/\bcant\b/g, 'cannot'],
];

function withoutContractions(text: string): string {
  return CONTRACTIONS.reduce((result, [from, to]) => result.replace(from, to), text);
}
