/** Roughly the bytes that plain data takes in memory. */
export function weigh(value: unknown): number {
  if (typeof value === 'string') return 24 + value.length * 2;
  if (typeof value !== 'object' || value === null) return 8;
  if (ArrayBuffer.isView(value)) return 64 + value.byteLength;
  let bytes = 48;
  for (const key in value) bytes += 16 + weigh((value as Record<string, unknown>)[key]);
  return bytes;
}
