/** What a check has found. */
export interface Verdict {
  readonly what: string;
  readonly passed: boolean;
  readonly figures: string;
}

const SHOWN = 3;

/** Passed if nothing is wrong; else the first of what is wrong is told with the figures. */
export function verdict(what: string, figures: string, wrong: readonly string[]): Verdict {
  if (wrong.length === 0) return { what, passed: true, figures };
  const more = wrong.length > SHOWN ? ` and ${wrong.length - SHOWN} more` : '';
  return { what, passed: false, figures: `${figures}. WRONG: ${wrong.slice(0, SHOWN).join('; ')}${more}` };
}

export const counted = (count: number): string => Math.round(count).toLocaleString('en-US');
