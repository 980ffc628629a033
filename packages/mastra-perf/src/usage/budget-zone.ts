const DAY_MS = 86_400_000;

/** A place with its own midnights. Days are counted from 1 January 1970, as the calendar there shows it. */
export interface Zone {
  dayAt(time: number): number;
  /** The first moment after `after` at which the calendar shows this day or, where there is none, a later one. */
  beginOf(day: number, after: number): number;
}

/** @throws RangeError for a zone that does not exist. */
export function createZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  /** What clocks there show, as if it were UTC. */
  const shownAt = (time: number): number => {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(time)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  const offsetAt = (time: number): number => shownAt(time) - Math.floor(time / 1000) * 1000;
  const dayAt = (time: number): number => Math.floor(shownAt(time) / DAY_MS);
  return {
    dayAt,
    beginOf(day, after) {
      const shown = day * DAY_MS;
      // Clocks may be set in these days, at midnight itself too: each offset makes another moment of it, or none.
      const candidates = [-2, -1, 0, 1, 2].map((days) => shown - offsetAt(shown + days * DAY_MS));
      // A calendar that none of them fits is unheard of; the end of a window must be a moment all the same.
      return Math.min(shown + 2 * DAY_MS, ...candidates.filter((time) => time > after && dayAt(time) >= day));
    },
  };
}
