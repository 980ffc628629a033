const plain = new Intl.NumberFormat('en-US');
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** All of a number up to 9,999, then 10K, 1.2M. */
export const count = (value: number): string =>
  Math.abs(value) < 10_000 ? plain.format(Math.round(value)) : compact.format(value);

/** Dollars beside others up to `most`: all with the same decimals, so that they can be compared at a glance. */
export function usdUpTo(most: number): (value: number) => string {
  const digits = most >= 1 ? 2 : most >= 0.1 ? 3 : most >= 0.01 ? 4 : most >= 0.001 ? 5 : 6;
  return (value) =>
    value !== 0 && Math.abs(value) < 0.5 / 10 ** digits
      ? `< $${(1 / 10 ** digits).toFixed(digits)}`
      : value === 0
        ? '$0'
        : Math.abs(value) >= 10_000
          ? usd(value)
          : `$${value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** Cents where they are all that matters, more of small amounts. */
export function usd(value: number): string {
  if (value === 0) return '$0';
  const size = Math.abs(value);
  if (size >= 10_000) return `$${compact.format(value)}`;
  const digits = size >= 1 ? 2 : size >= 0.01 ? 3 : size >= 0.0001 ? 5 : 7;
  return `$${value.toLocaleString('en-US', { minimumFractionDigits: Math.min(2, digits), maximumFractionDigits: digits })}`;
}

export const percent = (share: number): string =>
  share > 0 && share < 0.001
    ? '< 0.1 %'
    : `${(share * 100).toLocaleString('en-US', { maximumFractionDigits: share < 0.1 ? 1 : 0 })} %`;

export function duration(ms: number): string {
  if (ms < 1) return `${ms.toLocaleString('en-US', { maximumSignificantDigits: 2 })} ms`;
  if (ms < 1000) return `${ms.toLocaleString('en-US', { maximumSignificantDigits: 3 })} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toLocaleString('en-US', { maximumSignificantDigits: 3 })} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  const hours = seconds / 3600;
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} d`;
}

export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  const units = ['kB', 'MB', 'GB'];
  let [value, unit] = [size / 1000, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value.toLocaleString('en-US', { maximumSignificantDigits: 3 })} ${units[unit]}`;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const seconds = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** A moment on the axis of a chart whose marks are so far apart. */
export const moment = (at: number, stepMs: number): string =>
  stepMs >= 86_400_000 ? day.format(at) : stepMs >= 3_600_000 * 3 ? dayAndClock.format(at) : clock.format(at);
export const timeOfDay = (at: number): string => seconds.format(at);
export const dateAndTime = (at: number): string => dayAndClock.format(at);
