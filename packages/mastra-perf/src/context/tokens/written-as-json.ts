/** A value as a provider gets it. What JSON cannot hold is left out; a value that cannot be written at all is an empty text. */
export function writtenAsJson(value: unknown): string {
  if (value === undefined) return '';
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // A cycle or a bigint: the call itself will fail, but nothing may fail because it is counted.
    return withoutCycles(value);
  }
}

function withoutCycles(value: unknown): string {
  const seen = new WeakSet<object>();
  try {
    return (
      JSON.stringify(value, (_key, field: unknown) => {
        if (typeof field === 'bigint') return String(field);
        if (typeof field !== 'object' || field === null) return field;
        if (seen.has(field)) return undefined;
        seen.add(field);
        return field;
      }) ?? ''
    );
  } catch {
    return ''; // a getter or `toJSON` that throws, or longer than any string: there is nothing to count
  }
}
