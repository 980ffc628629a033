import type { Guard } from './guard.ts';
import type { PairReader } from './pair-reading.ts';
import type { Reading } from './reading.ts';

const WORDS = ['who', 'whom', 'whose', 'when', 'where', 'why'];
const HOW = new Set(['many', 'much', 'long', 'often', 'old', 'far', 'tall', 'big', 'fast']);

/** Refuses "who" for "when", "how many" for "how to". Two that only one text has do not count: "tell me about X" may ask for anything. */
export function questionTypeGuard({ read }: PairReader): Guard {
  return {
    name: 'question-type',
    passes(a, b) {
      const pair = read(a, b);
      if (pair.a.language !== 'en') return true;
      const [first, second] = [typesOf(pair.a), typesOf(pair.b)];
      return first.size === 0 || second.size === 0 || [...first].some((type) => second.has(type));
    },
  };
}

function typesOf({ tokens }: Reading): ReadonlySet<string> {
  const types = new Set<string>();
  for (const [place, { exact }] of tokens.entries()) {
    if (WORDS.includes(exact)) types.add(exact);
    const next = tokens[place + 1]?.exact ?? '';
    if (exact === 'how' && HOW.has(next)) types.add(`how ${next}`);
    else if (exact === 'how' && next === 'to') types.add('how to');
  }
  return types;
}
