import type { RoundResult } from '../round-result.ts';
import { verdict, type Verdict } from './verdict.ts';

/** The page was open all the time, and still shows figures. */
export function pageErrors({ page, troubles }: Pick<RoundResult, 'page' | 'troubles'>): Verdict {
  const what = 'no error on the page';
  if (!page) return { what, passed: true, figures: 'there is no Chromium here' };
  const wrong = page.errors
    .filter(
      ({ text, at }) => !isOfTheNetwork(text) || !troubles.some(({ from, to }) => at >= from && at <= to),
    )
    .map(({ text }) => text);
  const asOf = /As of \d\d:\d\d:\d\d/.exec(page.text)?.[0];
  if (!asOf) wrong.push(`it shows no figures: ${page.text.slice(0, 200)}`);
  const excused = page.errors.length - wrong.length;
  return verdict(
    what,
    `${asOf ?? 'nothing'} shown, ${page.heapMb.toFixed(1)} MB, ${Math.max(0, excused)} requests of it cut off by faults`,
    wrong,
  );
}

/** What Chromium itself writes when an address does not answer. */
const isOfTheNetwork = (text: string): boolean => /^Failed to load resource|net::ERR_/.test(text);
