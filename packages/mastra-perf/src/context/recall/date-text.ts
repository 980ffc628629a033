const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const LAST = 8.64e15;

/**
 * The day of a message in words, as in "July 4, 2023": a question about a month or a day then finds what was said at that time.
 *
 * @param at milliseconds since 1970; nothing is said of a time that is no date
 */
export function dateText(at: number | undefined): string {
  if (at === undefined || !(Math.abs(at) <= LAST)) return '';
  const date = new Date(at);
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`;
}
