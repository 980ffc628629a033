import { englishFrames, ofAnybody, type Frame } from './english-frames.ts';

interface ReadyFrame {
  /** Without one of these words the expression is not tried; it is, always, if there are none. */
  readonly needs: readonly string[];
  readonly from: RegExp;
  readonly to: string;
}

const ready = (frames: readonly Frame[]): readonly ReadyFrame[] =>
  frames.map(([needs, from, to]) => ({ needs: needs === '' ? [] : needs.split(' '), from, to }));

const FRAMES: Readonly<Record<string, readonly ReadyFrame[]>> = {
  en: ready(englishFrames),
  de: ready([
    ['', /^(?:können sie|könnten sie|kannst du) mir sagen /g, ''],
    ['wie', /^wie (?:kann|könnte|muss|soll) ich (.{1,120}) ([^ ]{2,30})(?:en|n)$/g, 'wie $2e ich $1'],
    ['wie', /^wie ([^ ]{2,30}er)e ich /g, 'wie $1e ich '],
  ]),
  fr: ready([
    [
      'comment',
      /\bcomment (?:puis je|peut on|pourrais je|est ce que je peux|je peux|faire pour) /g,
      'comment ',
    ],
    ['est', /\best ce qu(?:e |')/g, ''],
  ]),
  es: ready([['cómo', /(^| )cómo (?:puedo|podría|se puede|puede uno|hago para) /g, '$1cómo ']]),
  it: ready([['come', /\bcome (?:posso|potrei|si può|faccio a|fare per) /g, 'come ']]),
  pt: ready([['como', /\bcomo (?:posso|eu posso|poderia|faço para|se pode) /g, 'como ']]),
  nl: ready([['hoe', /^hoe (?:kan|moet) ik (.{1,120}) ([^ ]{2,30})en$/g, 'hoe $2 ik $1']]),
  ru: ready([['как', /(^| )как (?:я могу|мне|можно) /g, '$1как ']]),
  // Their tokens are single signs.
  zh: ready([['怎', /怎 [么麼样樣](?: [样樣](?= ))?/g, '如 何']]),
};

/** The text with one form for each way to ask. */
export function framed(text: string, language: string | undefined): string {
  const frames = language === undefined ? undefined : FRAMES[language];
  if (!frames) return text;
  let result = language === 'en' ? ofAnybody(text) : text;
  let words = new Set(result.split(' '));
  for (const { needs, from, to } of frames) {
    if (needs.length > 0 && !needs.some((word) => words.has(word))) continue;
    const before = result;
    result = result.replaceAll(from, to);
    if (result !== before) words = new Set(result.split(' '));
  }
  return result.trim();
}
