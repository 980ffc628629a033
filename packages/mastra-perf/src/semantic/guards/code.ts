import type { Guard } from './guard.ts';

const SIGNS = /[{}[\]=<>;\\|~^*+#@]|(?<=[\p{L}\p{N}_])\((?!e?s\))|(?<=\d)!|--/gu;
const QUOTED = /"([^"\n]{1,300})"|“([^”\n]{1,300})”|«([^»\n]{1,300})»|`([^`]{1,1000})`/gu;

/** Refuses texts whose signs of code differ, or what both quote. In backticks each letter counts, also its case. */
export const codeGuard = (): Guard => ({
  name: 'code',
  passes(a, b) {
    if (signsOf(a) !== signsOf(b)) return false;
    const [inA, inB] = [quotedIn(a), quotedIn(b)];
    return inA === '' || inB === '' || inA === inB;
  },
});

const signsOf = (text: string): string => [...text.matchAll(SIGNS)].map(([sign]) => sign).join('');

const quotedIn = (text: string): string =>
  [...text.matchAll(QUOTED)]
    .map((match) =>
      (
        match[4] ??
        match
          .slice(1)
          .find((part) => part !== undefined)
          ?.toLowerCase() ??
        ''
      ).trim(),
    )
    .toSorted()
    .join('\n');
