import type { Random } from '../random.ts';

const POOL = 60;
const WORDINGS = [
  (number: number) => `What is there to know about number #${number}?`,
  (number: number) => `Please tell me, what is there to know about number #${number}`,
  (number: number) => `I would like to know what there is to know about number #${number}.`,
] as const;

/** A question out of a few, some of which are asked much more often. */
export function question(random: Random): { readonly number: number; readonly text: string } {
  const number = Math.floor(POOL * random.next() ** 2);
  return { number, text: random.pick(WORDINGS)(number) };
}

/** A question that nobody asks twice. */
export function turnQuestion(thread: string, turn: number, number: number): string {
  return `Turn ${turn} of ${thread}: and what about number #${number}?`;
}

/** Which question it is; of several, such as what was recalled in front of it, the last. */
export const numberIn = (text: string): number => Number([...text.matchAll(/#(\d+)/g)].at(-1)?.[1] ?? -1);
