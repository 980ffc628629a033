import { isCalendarWord } from './lexicon/dates.ts';
import { unitOf } from './lexicon/units.ts';
import type { Token } from './reading.ts';

export const DIRECTIONS = new Set(
  'from to into onto than before after until till since by between under over with without versus vs against'.split(
    ' ',
  ),
);
const JOINTS = new Set(['and', 'or', 'vs']);
const isNumber = (word: string): boolean => /^\d/.test(word);

/**
 * The words of an English text that count, in an order that is the same for texts that say the same: "the password of the admin" as
 * "admin password", "B and A" as "A and B", and a time or quantity, where there is only one, at the end.
 */
export function orderedKeys(tokens: readonly Token[], nameOf: (token: Token) => string): readonly string[] {
  const keys = withAdjunctLast(withSortedJoints(withOwnersFirst(tokens), nameOf), nameOf).map(nameOf);
  return [...keys.filter((key) => !ADVERBS.has(key)), ...keys.filter((key) => ADVERBS.has(key)).toSorted()];
}

const isContent = (token: Token | undefined): token is Token =>
  token !== undefined && !token.isFree && !DIRECTIONS.has(token.exact);

const OF = new Set(['of', 'for', 'in', 'on', 'at']);
/** Words for how it is done, which stand anywhere. */
const ADVERBS = new Set(
  'online offline quick slowly easily naturally permanently completely safely legally together abroad anonymously manually automatically'.split(
    ' ',
  ),
);

const MOST_OWNER = 4;

/** "X of (the) Y", "X for Y", "X in Y" and the like as "Y X", where X is one word. */
function withOwnersFirst(tokens: readonly Token[]): readonly Token[] {
  const result: Token[] = [];
  for (let place = 0; place < tokens.length; place++) {
    const token = tokens[place];
    if (!token) continue;
    const [owner, end] = OF.has(token.exact) && isOwned(result.at(-1)) ? ownerBehind(tokens, place) : [0, 0];
    if (end > owner && !isContent(tokens[end])) {
      result.splice(-1, 0, ...tokens.slice(owner, end));
      place = end - 1;
    } else result.push(token);
  }
  return result;
}

/** "A cup of tea" is no tea cup. */
const MEASURES = new Set(
  'cup glass bottle box bag bowl can plate piece slice pack jar tin group pair set book'.split(' '),
);
const isOwned = (token: Token | undefined): boolean => isContent(token) && !MEASURES.has(token.key);

/** Where the words behind an "of" begin and end. */
function ownerBehind(tokens: readonly Token[], place: number): readonly [start: number, end: number] {
  let start = place + 1;
  while (tokens[start]?.isFreeInQuestions) start++;
  let end = start;
  while (isContent(tokens[end]) && end < start + MOST_OWNER) end++;
  const hasNumber = tokens
    .slice(start, end)
    .some(({ exact }, at, { length }) => isNumber(exact) && at < length - 1);
  return hasNumber ? [0, 0] : [start, end];
}

/** "B and A" as "A and B", if there is one such place and nothing that goes with one of them alone. */
function withSortedJoints(tokens: readonly Token[], nameOf: (token: Token) => string): readonly Token[] {
  const places = [...tokens.keys()].filter((place) => JOINTS.has(tokens[place]?.exact ?? ''));
  const [joint] = places;
  if (joint === undefined || places.length > 1) return tokens;
  const between = tokens.findIndex(({ exact }) => exact === 'between');
  const start = between >= 0 && between < joint ? between + 1 : startOfName(tokens, joint);
  const end = endOfName(tokens, joint, between >= 0 ? tokens.length : joint - start);
  const [first, second] = [tokens.slice(start, joint), tokens.slice(joint + 1, end)];
  if (first.length === 0 || second.length === 0) return tokens;
  if (DIRECTIONS.has(tokens[end]?.exact ?? '')) return tokens;
  if (between < 0 && isContent(tokens[start - 1]) && isContent(tokens[end])) return tokens;
  const text = (part: readonly Token[]) =>
    part
      .filter(({ isFree }) => !isFree)
      .map(nameOf)
      .join(' ');
  if (text(first) <= text(second)) return tokens;
  return [
    ...tokens.slice(0, start),
    ...second,
    ...tokens.slice(joint, joint + 1),
    ...first,
    ...tokens.slice(end),
  ];
}

const startOfName = (tokens: readonly Token[], joint: number): number =>
  isContent(tokens[joint - 1]) ? joint - 1 : joint;

function endOfName(tokens: readonly Token[], joint: number, most: number): number {
  let end = joint + 1;
  let words = 0;
  while (end < tokens.length && words < most && (tokens[end]?.isFree || isContent(tokens[end]))) {
    if (isContent(tokens[end])) words++;
    end++;
  }
  return end;
}

/** The one time or quantity of a text behind the rest; with two of a kind, which is which depends on the order. */
function withAdjunctLast(tokens: readonly Token[], nameOf: (token: Token) => string): readonly Token[] {
  const content = tokens.filter(({ isFree }) => !isFree);
  const exactAt = (place: number): string => content[place]?.exact ?? '';
  const isUnit = (place: number): boolean =>
    unitOf(exactAt(place)) !== undefined || isCalendarWord(exactAt(place));
  // A number alone stays with what it counts: "two licences on a computer" is not "a licence on two computers".
  const isQuantity = content.map(({ exact }, place) =>
    isNumber(exact)
      ? isUnit(place + 1) || isCalendarWord(exactAt(place - 1))
      : isCalendarWord(exact) || (isUnit(place) && isNumber(exactAt(place - 1))),
  );
  const starts = isQuantity.filter((is, place) => is && !isQuantity[place - 1]).length;
  if (starts > 1 && content.some(({ exact }, place) => isQuantity[place] && isNumber(exact))) {
    // A time and a quantity, or two quantities: only times next to each other are safe to move.
    return content;
  }
  if (starts !== 1) return content;
  const moved = content.filter((_, place) => isQuantity[place]);
  const rest = content.filter((_, place) => !isQuantity[place]);
  const first = isQuantity.indexOf(true);
  const before = content[first - 1];
  // What stands before it stays before it: "before May" is not "after May".
  const head = before && DIRECTIONS.has(before.exact) ? [before] : [];
  return [
    ...rest.filter((token) => !head.includes(token)),
    ...head,
    ...moved.toSorted((x, y) => (nameOf(x) < nameOf(y) ? -1 : 1)),
  ];
}
