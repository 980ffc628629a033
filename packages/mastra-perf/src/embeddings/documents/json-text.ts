/** A line for each value, with the path to it in front: what stands together in the data stands together in the text. */
export function jsonText(json: string): string {
  const lines: string[] = [];
  const waiting: { readonly path: string; readonly value: unknown }[] = [
    { path: '', value: JSON.parse(json) },
  ];
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    const { path, value } = one;
    if (typeof value !== 'object' || value === null) {
      lines.push(path === '' ? String(value) : `${path}: ${String(value)}`);
      continue;
    }
    const inside = Array.isArray(value)
      ? value.map((item: unknown, at) => ({ path: `${path}[${at}]`, value: item }))
      : Object.entries(value).map(([key, field]) => ({
          path: path === '' ? key : `${path}.${key}`,
          value: field as unknown,
        }));
    // Nothing is recursive here: data may be nested deeper than the stack is.
    for (const part of inside.toReversed()) waiting.push(part);
  }
  return lines.join('\n');
}
