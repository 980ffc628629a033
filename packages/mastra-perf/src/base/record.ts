export type AnyRecord = Readonly<Record<string, unknown>>;

/** Whatever has fields, an array too. */
export const isObject = (value: unknown): value is AnyRecord => typeof value === 'object' && value !== null;

export const isRecord = (value: unknown): value is AnyRecord => isObject(value) && !Array.isArray(value);

/** What a record has under a name, if that is a record. */
export function recordIn(value: unknown, name: string): AnyRecord | undefined {
  const found = isRecord(value) ? value[name] : undefined;
  return isRecord(found) ? found : undefined;
}
