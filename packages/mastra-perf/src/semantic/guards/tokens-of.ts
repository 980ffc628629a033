import { isUnitSuffix } from './lexicon/units.ts';

const OPENING = /^["'([{<¿¡]$/u;
const CLOSING = /^["')\]}>.,;:!?…。、!?]$/u;
const LETTERS = /^[\p{L}\p{M}]+$/u;
const SPLITS_BY_CHARACTER =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const PIECES =
  /[\p{Script=Katakana}ー]+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]|[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}\p{P}]/gu;
const CURRENCY = /^[$€£¥₹₽₩]$/u;
const GLUED = /^([+-]?\d[\d.,:]*)([\p{L}%$€£¥₹°]+)$/u;
const THOUSANDS = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
/** Signs that mean something when they stand alone; other lone stops say nothing. */
const OPERATORS = /^[+*=<>^~|\\%#]+$|^[=!<>&|]{2,}$/;

/** The words, numbers, identifiers and signs of a normal text, without stops. */
export function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  for (const chunk of text.split(' ')) addChunk(tokens, chunk);
  return tokens;
}

function addChunk(tokens: string[], chunk: string): void {
  if (chunk === '&') tokens.push('and');
  else if (OPERATORS.test(chunk)) tokens.push(chunk);
  else if (/^[-/:]$/.test(chunk)) {
    if (/\d$/.test(tokens.at(-1) ?? '')) tokens.push(chunk);
  } else {
    const core = withoutStops(chunk.replace(/\(e?s\)/, 's'));
    if (core === '') return;
    if (core !== chunk && OPERATORS.test(core)) return;
    if (LETTERS.test(core) && !SPLITS_BY_CHARACTER.test(core)) tokens.push(core);
    else if (SPLITS_BY_CHARACTER.test(core))
      for (const [piece] of core.matchAll(PIECES)) addNumber(tokens, piece);
    else addMixed(tokens, core);
  }
}

function addMixed(tokens: string[], core: string): void {
  if (core.includes('://') || core.includes('@') || core.startsWith('--')) return void tokens.push(core);
  if (CURRENCY.test(core[0] ?? '')) {
    if (core.length > 1) addNumber(tokens, core.slice(1));
    return void tokens.push(core[0] ?? '');
  }
  const joint = /['/&-]/u.exec(core);
  if (!joint || !isJoint(core, joint.index)) return addNumber(tokens, core);
  const [left, sign, right] = [core.slice(0, joint.index), joint[0], core.slice(joint.index + 1)];
  if (sign === "'" && (right === 's' || right === '')) tokens.push(left, "'s");
  else {
    // Parts of one word each: the number of joints is bounded by the text, and each part is looked at once.
    for (const part of core.split(/['/&-]/u)) if (part !== '') addNumber(tokens, part);
  }
}

/** Whether what is left and right of a hyphen, slash or apostrophe is more than digits: 2024-05-01, 55-213 and 3/4 are one token. */
function isJoint(core: string, index: number): boolean {
  return index > 0 && /\p{L}/u.test(core) && !/[._=()[\]{}<>\\:+#$*]/u.test(core.slice(0, index));
}

function addNumber(tokens: string[], text: string): void {
  const glued = GLUED.exec(text);
  const [, digits = '', letters = ''] = glued ?? [];
  if (glued && isUnitSuffix(letters)) tokens.push(plainNumber(digits), letters);
  else tokens.push(plainNumber(text));
}

const plainNumber = (text: string): string => (THOUSANDS.test(text) ? text.replaceAll(',', '') : text);

function withoutStops(chunk: string): string {
  let start = 0;
  let end = chunk.length;
  while (start < end && OPENING.test(chunk[start] ?? '')) start++;
  while (end > start && CLOSING.test(chunk[end - 1] ?? '')) end--;
  const core = chunk.slice(start, end);
  return /[\p{L}\p{N}\p{S}]/u.test(core) ? core : '';
}
