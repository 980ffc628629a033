/** Scripts other than Latin, as far as vocabularies treat them unlike each other; what needs two UTF-16 units counts twice. */
export const SCRIPTS = [
  'cyrillic',
  'greek',
  'hebrew',
  'arabic',
  'devanagari',
  'indic',
  'thai',
  'khmer',
  'caucasian',
  'hangul',
  'kana',
  'han',
  'otherLetters',
  'wideMarks',
  'symbols',
  'pairs',
] as const;

type Script = (typeof SCRIPTS)[number];

/** First UTF-16 unit of each range, which goes on to the next one. `khmer` stands for its neighbours too. */
const RANGES: readonly (readonly [from: number, script: Script])[] = [
  [0x80, 'symbols'],
  [0xc0, 'otherLetters'],
  [0x370, 'greek'],
  [0x400, 'cyrillic'],
  [0x530, 'caucasian'],
  [0x590, 'hebrew'],
  [0x600, 'arabic'],
  [0x780, 'otherLetters'],
  [0x900, 'devanagari'],
  [0x980, 'indic'],
  [0xe00, 'thai'],
  [0xe80, 'khmer'],
  [0x10a0, 'caucasian'],
  [0x1100, 'hangul'],
  [0x1200, 'otherLetters'],
  [0x1780, 'khmer'],
  [0x1800, 'otherLetters'],
  [0x1f00, 'greek'],
  [0x2000, 'symbols'],
  [0x2e80, 'han'],
  [0x3000, 'wideMarks'],
  [0x3040, 'kana'],
  [0x3130, 'hangul'],
  [0x3190, 'wideMarks'],
  [0x3400, 'han'],
  [0xa000, 'otherLetters'],
  [0xac00, 'hangul'],
  [0xd800, 'pairs'],
  [0xe000, 'symbols'],
  [0xf900, 'han'],
  [0xfb00, 'otherLetters'],
  [0xfb50, 'arabic'],
  [0xfe00, 'wideMarks'],
  [0xfe70, 'arabic'],
  [0xff00, 'wideMarks'],
];

/** One entry for 16 units: every range begins with such a block. */
const BLOCKS = new Uint8Array(0x1000);
for (const [from, script] of RANGES) BLOCKS.fill(SCRIPTS.indexOf(script), from >> 4);

/** Index in {@link SCRIPTS} of a UTF-16 unit that is not ASCII. */
export const scriptOf = (unit: number): number => BLOCKS[unit >> 4] ?? 0;
