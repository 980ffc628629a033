const UNITS = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const;

/** `'512kb' | '64mb' | '1gb'` (powers of 1024), or plain bytes. */
export type ByteSize = number | `${number}${keyof typeof UNITS}`;

/** Whole bytes, or `undefined` when the value is not a positive size. */
export function parseByteSize(value: unknown): number | undefined {
  const bytes = typeof value === 'string' ? fromText(value) : value;
  return typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

function fromText(value: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s?(b|kb|mb|gb)$/.exec(value.trim().toLowerCase());
  return match ? Math.floor(Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]) : undefined;
}
