import fc from 'fast-check';

/** Sentences in many scripts, written for these tests. */
export const SENTENCES = {
  english: 'The night train to the coast leaves at nine, and nobody on it knows the way back home yet. ',
  german: 'Der Nachtzug an die Küste fährt um neun Uhr ab, und niemand weiß, wie man wieder zurückkommt. ',
  french: 'Le train de nuit vers la côte part à neuf heures, et personne ne sait encore comment rentrer. ',
  polish: 'Nocny pociąg nad morze odjeżdża o dziewiątej i nikt nie wie jeszcze, jak wrócić do domu. ',
  russian: 'Ночной поезд к морю отходит в девять, и никто из пассажиров пока не знает дороги домой. ',
  greek: 'Το νυχτερινό τρένο για την ακτή φεύγει στις εννέα και κανείς δεν ξέρει πώς θα γυρίσει πίσω. ',
  arabic: 'يغادر قطار الليل إلى الساحل في التاسعة ولا أحد يعرف بعد طريق العودة إلى البيت. ',
  hindi: 'तट की ओर जाने वाली रात की गाड़ी नौ बजे निकलती है और अभी कोई घर लौटने का रास्ता नहीं जानता। ',
  thai: 'รถไฟกลางคืนไปชายฝั่งออกตอนเก้าโมง และยังไม่มีใครรู้ทางกลับบ้าน ',
  chinese: '开往海边的夜班火车九点出发，车上还没有人知道回家的路。',
  japanese: '海岸へ向かう夜行列車は九時に出発しますが、帰り道を知っている人はまだ誰もいません。',
  korean: '해안으로 가는 야간 열차는 아홉 시에 출발하지만 아직 아무도 집으로 돌아오는 길을 모릅니다. ',
  code: 'export function total(items: readonly Item[]): number {\n  return items.reduce((sum, { price }) => sum + price, 0);\n}\n',
  json: '{"id":"ord_81f3","items":[{"sku":"A-17","count":3},{"sku":"B-02","count":1}],"total":48.5}\n',
} as const;

const ALPHABETS = [
  'a',
  ' ',
  '\n',
  '=',
  '-=',
  'ab',
  'etaoinshrdlu',
  '的一是不了人我在有他',
  'äöüß',
  '🎉🔥',
  'אבגדה',
];

/** Unbroken runs, which are the worst that an encoder can be given. */
export const longRun = (most: number): fc.Arbitrary<string> =>
  fc
    .constantFrom(...ALPHABETS)
    .chain((alphabet) =>
      fc.array(fc.constantFrom(...alphabet), { minLength: most / 2, maxLength: most, size: 'max' }),
    )
    .map((chars) => chars.join(''));

/** Any text at all, with halves of pairs. */
export const anyText = (): fc.Arbitrary<string> => fc.string({ unit: 'binary', maxLength: 300 });
