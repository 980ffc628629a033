const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** A number with a unit, `'250ms' | '30s' | '5m' | '1h' | '7d' | '2w'`, or plain milliseconds. */
export type Duration = number | `${number}${keyof typeof UNITS}`;

/** Longest duration accepted: ten years. Beyond it somebody has mixed up units. */
const MAX_MS = 3650 * UNITS.d;

/** Milliseconds, or `undefined` when the value is not a positive duration. */
export function parseDuration(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? fromText(value) : value;
  return typeof ms === 'number' && Number.isFinite(ms) && ms > 0 && ms <= MAX_MS ? ms : undefined;
}

function fromText(value: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s?(ms|s|m|h|d|w)$/.exec(value.trim());
  return match ? Number(match[1]) * UNITS[match[2] as keyof typeof UNITS] : undefined;
}
