const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const SHORT: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  ...Object.fromEntries(
    MONTHS.filter((name) => name !== 'may' && name !== 'march').map((name) => [name.slice(0, 3), name]),
  ),
  sept: 'september',
  ...{
    mon: 'monday',
    tue: 'tuesday',
    tues: 'tuesday',
    wed: 'wednesday',
    thu: 'thursday',
    thur: 'thursday',
    thurs: 'thursday',
    fri: 'friday',
  },
});

/** Words for a time that depends on when it is asked, and others of a calendar. */
const WORDS = [
  ...[
    'today',
    'tomorrow',
    'yesterday',
    'tonight',
    'now',
    'weekday',
    'weekdays',
    'weekend',
    'weekends',
    'am',
    'pm',
    'noon',
    'midnight',
  ],
  ...[
    'morning',
    'afternoon',
    'evening',
    'night',
    'spring',
    'summer',
    'autumn',
    'fall',
    'winter',
    'quarter',
    'q1',
    'q2',
    'q3',
    'q4',
  ],
  ...[
    'montag',
    'dienstag',
    'mittwoch',
    'donnerstag',
    'freitag',
    'samstag',
    'sonntag',
    'heute',
    'morgen',
    'gestern',
  ],
  ...[
    'lundi',
    'mardi',
    'mercredi',
    'jeudi',
    'vendredi',
    'samedi',
    'dimanche',
    'demain',
    'hier',
    "aujourd'hui",
  ],
  ...['lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábado', 'domingo', 'hoy', 'mañana', 'ayer'],
  ...['lunedì', 'martedì', 'mercoledì', 'giovedì', 'venerdì', 'sabato', 'domenica', 'oggi', 'domani', 'ieri'],
  ...['segunda', 'terça', 'quarta', 'quinta', 'sexta', 'hoje', 'amanhã', 'ontem'],
  ...['maandag', 'dinsdag', 'woensdag', 'donderdag', 'vrijdag', 'zaterdag', 'zondag', 'vandaag', 'gisteren'],
  ...[
    'понедельник',
    'вторник',
    'среда',
    'среду',
    'четверг',
    'пятница',
    'пятницу',
    'суббота',
    'субботу',
    'воскресенье',
  ],
  ...['сегодня', 'завтра', 'вчера'],
];
const months = new Set(MONTHS);
const calendar = new Set([...MONTHS, ...DAYS, ...WORDS]);

/** The full name of a month or day that is written short. */
export const calendarName = (word: string): string => SHORT[word] ?? word;

export const isMonth = (word: string): boolean => months.has(word);
export const isCalendarWord = (word: string): boolean => calendar.has(word);
