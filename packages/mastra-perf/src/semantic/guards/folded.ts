const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';

/**
 * Lower case, one form of each letter, one kind of quote and dash, single spaces, nothing invisible. What Unicode's compatibility form
 * would make equal and is not keeps its difference: 10⁵ is not 105, and 2½ is not 21/2.
 */
export function folded(text: string): string {
  return text
    .replaceAll(/[⁰¹²³⁴⁵⁶⁷⁸⁹]+/gu, (digits) => ` ^${digitsFrom(SUPERSCRIPTS, digits)}`)
    .replaceAll(/[₀₁₂₃₄₅₆₇₈₉]+/gu, (digits) => `_${digitsFrom(SUBSCRIPTS, digits)}`)
    .replaceAll(/[¼½¾⅐-⅞]/gu, (fraction) => ` ${fraction} `)
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\p{Cf}\p{Variation_Selector}]/gu, '')
    .replaceAll(/[‘’‚‛′`´]/gu, "'")
    .replaceAll(/[“”„‟″«»「」『』]/gu, '"')
    .replaceAll(/[‐-―−]/gu, '-')
    .replaceAll('⁄', '/')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

const digitsFrom = (digits: string, text: string): string =>
  Array.from(text, (digit) => digits.indexOf(digit)).join('');
