import { readFileSync } from 'node:fs';
import type { MockAnswer } from '@mastra-perf/testkit';

const DELTAS = 760;
/** The licence of this repository: English prose that changes no more, and compresses as prose does. */
const PROSE = readFileSync(new URL('../../LICENSE', import.meta.url), 'utf8')
  .replaceAll(/\s+/g, ' ')
  .slice(500);

/** A streamed answer in pieces as small as tokens: about 3.5 KB of text in all. */
export const longAnswerDeltas: readonly string[] = (PROSE.match(/ ?[A-Za-z]{1,7}| ?[^A-Za-z]/g) ?? []).slice(
  0,
  DELTAS,
);

export const longAnswerText: string = longAnswerDeltas.join('');

export const longAnswer: MockAnswer = { text: longAnswerText, deltas: longAnswerDeltas };
