import { casedWords, type CasedWord } from './cased-words.ts';
import type { Guard } from './guard.ts';

/** Words that are a name with a capital and something else without. */
const NAMES = new Set(
  'polish turkey china apple apples amazon march may august will mark bill frank jack rose grace hope faith joy windows word excel access teams outlook office edge go rust swift shell oracle target gap visa chase discover uber slack zoom meet drive sheets signal notion square stripe block meta alphabet signal mercury mars saturn earth democrat republican conservative nice reading bath cork lima cologne guinea chile georgia jordan chad mali cuba kiwi bush ford lincoln pound'.split(
    ' ',
  ),
);

/** Words that are something else when they are written in capitals. */
const ACRONYMS = new Set(
  'it us who he or in so as at is am an on no we me all can may aids pin ram cat net sap ace aim cop dos sad sos led mac pan pet pot pub sat son tan was act add ask bad bat bid cap car art ice map mat nasa pop sit tip top win arm ant base basic rip'.split(
    ' ',
  ),
);

/** Refuses a word in capitals for one in small letters where both texts mind their case: IT and it, Polish and polish, Mb and MB. */
export const homographsGuard = (): Guard => ({
  name: 'homographs',
  passes(a, b) {
    const [first, second] = [casedWords(a), casedWords(b)];
    if (!first || !second) return true;
    return isSameCase(first, second) && isSameCase(second, first);
  },
});

function isSameCase(words: readonly CasedWord[], others: readonly CasedWord[]): boolean {
  const forms = formsOf(others);
  return words.every((one) => {
    const same = forms.get(one.word.toLowerCase());
    // "Vitamin A" has a letter that "a vitamin" has not; that it is an article as well hides it from the guard of words.
    if (!same) return one.word !== 'A' || one.isFirst;
    return same.some((other) => !isOther(one, other));
  });
}

function formsOf(words: readonly CasedWord[]): ReadonlyMap<string, readonly CasedWord[]> {
  const forms = new Map<string, CasedWord[]>();
  for (const one of words) {
    const form = forms.get(one.word.toLowerCase());
    if (form) form.push(one);
    else forms.set(one.word.toLowerCase(), [one]);
  }
  return forms;
}

function isOther(a: CasedWord, b: CasedWord): boolean {
  if (a.word === b.word) return false;
  if (a.isAfterNumber && b.isAfterNumber && a.word.length < 4) return !/^[ap]m$/i.test(a.word);
  // At the start of a sentence a capital says nothing, but capitals throughout do.
  if (a.isUpper !== b.isUpper && ACRONYMS.has(a.word.toLowerCase()))
    return (a.isUpper ? !b.isCapital : !a.isCapital) || a.isFirst === b.isFirst;
  if (a.isFirst || b.isFirst || a.isCapital === b.isCapital) return false;
  return NAMES.has(a.word.toLowerCase()) || a.word.length === 1;
}
