const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** What is known of a language. Of any other language every word counts. */
export interface Language {
  /** Frequent words; the language of a text is the one that has most of its words here. */
  readonly frequent: ReadonlySet<string>;
  /** Words that may be on one side only and change no answer. No negation, no direction, no quantity, nothing that marks who does what. */
  readonly free: ReadonlySet<string>;
  /** The same, but only where both texts ask. */
  readonly freeInQuestions?: ReadonlySet<string>;
  /** The same, but only where both texts ask for more than yes or no. */
  readonly freeInOpenQuestions?: ReadonlySet<string>;
  /** Words for numbers. None that is also an article. */
  readonly numbers: Readonly<Record<string, string>>;
}

/** `zero:0 two:2` */
const numbers = (text: string): Readonly<Record<string, string>> =>
  Object.assign(Object.create(null), Object.fromEntries(text.split(' ').map((pair) => pair.split(':'))));

export const languages: Readonly<Record<string, Language>> = {
  en: {
    frequent: words(
      'the a an of to in is are what how do does i you my your can could would should for and with on it be have has who where when why which that this there if from by not was were will at me we or any all please show set cancel find delete send list get make best good',
    ),
    free: words('a an the of for in at on to do does is are am be been that there just exactly'),
    freeInQuestions: words('really truly actually basically'),
    freeInOpenQuestions: words(
      'some any very successfully effectively properly correctly efficiently personally',
    ),
    numbers: numbers(
      'zero:0 one:1 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12 thirteen:13 fourteen:14 fifteen:15 sixteen:16 seventeen:17 eighteen:18 nineteen:19 twenty:20 thirty:30 forty:40 fifty:50 sixty:60 seventy:70 eighty:80 ninety:90',
    ),
  },
  de: {
    frequent: words(
      'der die das den dem ein eine einen ist sind was wie ich du sie mein meine meinen kann können für und mit auf zu von nicht kein keine wo wann warum wer welche haben hat wird werden es im in am an nach bei lange viel',
    ),
    // Articles are not free: they tell who does and to whom it is done.
    free: words('mal denn eigentlich genau'),
    numbers: numbers(
      'null:0 zwei:2 drei:3 vier:4 fünf:5 sechs:6 sieben:7 acht:8 neun:9 zehn:10 elf:11 zwölf:12 zwanzig:20 dreißig:30 dreissig:30 vierzig:40 fünfzig:50',
    ),
  },
  fr: {
    frequent: words(
      'le la les un une des du de est sont que quel quelle quels quelles comment je tu vous mon ma mes votre vos puis peux peut pour et avec sur dans ne pas où quand pourquoi qui il elle ce se au aux en à',
    ),
    free: words('le la les donc'),
    numbers: numbers(
      'zéro:0 deux:2 trois:3 quatre:4 cinq:5 sept:7 huit:8 neuf:9 dix:10 onze:11 douze:12 treize:13 quatorze:14 quinze:15 seize:16 vingt:20 trente:30 quarante:40 cinquante:50',
    ),
  },
  es: {
    frequent: words(
      'el la los las un una unos unas de del es son qué que cómo como yo tú mi mis tu tus su puedo puede para y con en no dónde donde cuándo cuando por está quién cuál cuánto cuántos se al lo quiero tiene',
    ),
    free: words('el la los las'),
    numbers: numbers(
      'cero:0 dos:2 tres:3 cuatro:4 cinco:5 seis:6 siete:7 ocho:8 nueve:9 diez:10 doce:12 veinte:20 treinta:30',
    ),
  },
  it: {
    frequent: words(
      "il lo la i gli le un una uno di del della è sono che come cosa mio mia miei tuo posso può per e con in non dove dov'è quando perché chi quale quanto si al alla da ho",
    ),
    free: words('il lo la gli le'),
    numbers: numbers(
      'zero:0 due:2 tre:3 quattro:4 cinque:5 sette:7 otto:8 nove:9 dieci:10 venti:20 trenta:30',
    ),
  },
  pt: {
    frequent: words(
      'o a os as um uma de do da dos das é são que como eu meu minha seu sua posso pode para e com em no na não onde quando por quem qual quanto se ao está',
    ),
    // `o` and `a` are "to" as well.
    free: words('os as'),
    numbers: numbers(
      'zero:0 dois:2 duas:2 três:3 quatro:4 cinco:5 seis:6 sete:7 oito:8 nove:9 dez:10 vinte:20 trinta:30',
    ),
  },
  nl: {
    frequent: words(
      'de het een van is zijn wat hoe ik je jij u mijn kan kunnen voor en met op te niet geen waar wanneer waarom wie welke heeft hebben wordt er in naar bij dat',
    ),
    free: words('de het eigenlijk precies'),
    numbers: numbers(
      'nul:0 twee:2 drie:3 vier:4 vijf:5 zes:6 zeven:7 acht:8 negen:9 tien:10 elf:11 twaalf:12 twintig:20',
    ),
  },
  ru: {
    frequent: words(
      'и в на не что как я мой моя мои ты вы где когда почему кто какой это для с по у к из можно ли сколько есть',
    ),
    free: words('же бы'),
    numbers: numbers(
      'ноль:0 два:2 две:2 три:3 четыре:4 пять:5 шесть:6 семь:7 восемь:8 девять:9 десять:10 двадцать:20',
    ),
  },
};

const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['zh', /\p{Script=Han}/u],
  ['ko', /\p{Script=Hangul}/u],
];

/** The language that most of these words are of; undefined where there is none, or two are as likely. */
export function languageOf(tokens: readonly string[]): string | undefined {
  for (const [name, script] of SCRIPTS) if (tokens.some((token) => script.test(token))) return name;
  let best: string | undefined;
  let most = 0;
  for (const [name, { frequent }] of Object.entries(languages)) {
    const count = tokens.reduce((sum, token) => sum + (frequent.has(token) ? 1 : 0), 0);
    if (count === most) best = undefined;
    if (count > most) [best, most] = [name, count];
  }
  return best;
}
