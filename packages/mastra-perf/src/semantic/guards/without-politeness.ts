const GREETINGS = [
  ...[
    'hi there',
    'hello there',
    'hi',
    'hello',
    'hey there',
    'hey',
    'good morning',
    'good afternoon',
    'good evening',
    'excuse me',
  ],
  ...[
    'hallo',
    'guten tag',
    'guten morgen',
    'bonjour',
    'bonsoir',
    'salut',
    'hola',
    'buenos días',
    'buenas tardes',
    'buenas',
  ],
  ...[
    'ciao',
    'buongiorno',
    'salve',
    'olá',
    'bom dia',
    'boa tarde',
    'hoi',
    'goedemorgen',
    'goedemiddag',
    'goedendag',
  ],
  ...['здравствуйте', 'привет', 'добрый день', 'dzień dobry', 'cześć', 'merhaba', 'hej'],
];
const PREAMBLES = [
  ...[
    'quick question',
    'i have a question',
    'i have a quick question',
    'i was wondering',
    'just a question',
    'one question',
    'question',
  ],
  ...[
    'could you please tell me',
    'can you please tell me',
    'could you tell me',
    'can you tell me',
    'please tell me',
    'tell me',
  ],
  ...[
    'ich habe eine frage',
    'eine frage',
    "j'ai une question",
    'tengo una pregunta',
    'ho una domanda',
    'tenho uma pergunta',
    'ik heb een vraag',
  ],
];
const PLEASE = [
  ...[
    'please',
    'pls',
    'plz',
    'kindly',
    'bitte',
    "s'il vous plaît",
    "s'il vous plait",
    "s'il te plaît",
    'svp',
    'por favor',
  ],
  ...['per favore', 'alsjeblieft', 'alstublieft', 'пожалуйста', 'proszę', 'lütfen'],
];
const THANKS = [
  ...[
    'thank you very much',
    'thank you so much',
    'thank you in advance',
    'thanks in advance',
    'thanks a lot',
    'many thanks',
  ],
  ...[
    'thank you',
    'thanks',
    'thx',
    'cheers',
    'vielen dank',
    'danke schön',
    'danke',
    'merci beaucoup',
    "merci d'avance",
    'merci',
  ],
  ...[
    'muchas gracias',
    'gracias',
    'grazie mille',
    'grazie',
    'muito obrigado',
    'obrigado',
    'obrigada',
    'dank je wel',
  ],
  ...['bedankt', 'большое спасибо', 'спасибо', 'dziękuję', 'teşekkürler'],
];
/** Written without spaces around them. */
const UNSPACED =
  /^(?:你好|您好|请问|請問|こんにちは|すみません(?:が)?)[,,、。!! ]*|(?:ください|下さい|谢谢|謝謝|ありがとうございます|お願いします)[。.!! ]*$/u;

const longestFirst = (phrases: readonly string[]): string =>
  phrases.toSorted((a, b) => b.length - a.length).join('|');

const STOP = String.raw`[\s,.;:!?…-]`;
const GREETING = new RegExp(
  `^(?:${longestFirst(GREETINGS)})(?: ?[,.!:;-]${STOP}{0,8}| (?=(?:i|can|could|how|what|where|who|when|why|is|are|do|does|please|my)\\b))`,
  'u',
);
const PREAMBLE = new RegExp(`^(?:${longestFirst(PREAMBLES)}) ?[,.!:;-]${STOP}{0,8}`, 'u');
const FIRST = new RegExp(`^(?:${longestFirst(PLEASE)})(?:,? )`, 'u');
const LAST = new RegExp(`[,.;:!?…-] ?(?:${longestFirst([...THANKS, ...PLEASE])})$`, 'u');
const LAST_UNSEPARATED = new RegExp(` (?:${longestFirst(PLEASE)})$`, 'u');
const ENDS = /[\s.,;:!?…。、!?¡¿-]+$/u;
const STARTS = /^[\s.,;:!?…¡¿]+(?=[\p{L}\p{M}\s"'(])/u;
/** "How do I say please" asks for the word. */
const ABOUT_WORDS =
  /\b(?:say|says|said|saying|spell|spelling|write|word|words|mean|means|meaning|translate|phrase|pronounce|called?|heißt|dire|decir|dice)\b/u;
const MOST = 6;

/** A folded text without greetings, thanks and the stops around it; the text itself if nothing else would be left. */
export function withoutPoliteness(text: string): string {
  const isAboutWords = ABOUT_WORDS.test(text);
  let rest = trimmed(text);
  for (let turn = 0; turn < MOST; turn++) {
    const before = rest;
    rest = rest.replace(GREETING, '').replace(PREAMBLE, '').replace(FIRST, '');
    if (!isAboutWords) {
      rest = rest.replace(LAST, '').replace(LAST_UNSEPARATED, '').replace(UNSPACED, '');
    }
    rest = trimmed(rest);
    if (rest === before) break;
  }
  return rest || text;
}

const trimmed = (text: string): string => withoutEnd(text).replace(STARTS, '');

/** By hand: an expression that is anchored at the end only starts anew at every stop of the text. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ENDS.test(text[end - 1] ?? '')) end--;
  return text.slice(0, end);
}
