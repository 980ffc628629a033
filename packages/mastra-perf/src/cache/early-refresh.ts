import type { Age, Answer } from './answer.ts';
import type { CacheSettings } from './options.ts';

/**
 * Whether this call should fetch a new answer before the old one is stale: the likelier the nearer the end is and the
 * longer the model takes, so that of many calls one does it in time, and rare calls hardly ever do.
 *
 * Source: Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015, with beta = 1.
 */
export function dueEarly(answer: Answer, age: Age, settings: CacheSettings, random: () => number): boolean {
  return settings.earlyRefresh === true && answer.tookMs * -Math.log(random()) >= age.leftMs;
}
