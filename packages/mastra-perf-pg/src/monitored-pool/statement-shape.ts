/** Of longer texts, which are lists of rows, the beginning. */
const MAX_READ = 10_000;
const MAX_SHAPE = 1000;

const TOKENS = new RegExp(
  [
    String.raw`--[^\n]*|/\*[\s\S]*?(?:\*/|$)`, // comments
    String.raw`\b[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|\\?$)`, // texts with escapes, also one that is cut off
    String.raw`'(?:[^']|'')*(?:'|$)`,
    String.raw`\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)`, // texts in dollars
    String.raw`("(?:[^"]|"")*(?:"|$))`, // identifiers
    String.raw`\$\d+`,
    String.raw`\b\d\w*(?:\.\d+)?(?:[eE][+-]?\d+)?|(?<![\w"])\.\d+`,
  ].join('|'),
  'g',
);

/**
 * A statement without what differs from call to call: literals and parameters are `?`, lists of them and of rows are one
 * item. So it can be told to anybody: no value is in it.
 */
export function statementShape(text: string): string {
  return text
    .slice(0, MAX_READ)
    .replace(TOKENS, (token, _tag: string | undefined, identifier: string | undefined) => {
      if (identifier !== undefined) return identifier;
      return token.startsWith('--') || token.startsWith('/*') ? ' ' : '?';
    })
    .replace(/\s+/g, ' ')
    .replace(/\?(?:::[\w ]+(?:\[\])?)?(?:\s*,\s*\?(?:::[\w ]+(?:\[\])?)?)+/g, '?, …')
    .replace(/(\([^()]*\))(?:\s*,\s*\((?:[^()]*)(?:\)|$))+/g, '$1, …')
    .trim()
    .slice(0, MAX_SHAPE);
}

/** Remembers the shapes of the texts that come again and again. */
export function shapeMemory(max = 500): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const shape = known.get(text) ?? statementShape(text);
    if (text.length > MAX_READ || known.has(text)) return shape;
    if (known.size >= max) known.delete(known.keys().next().value ?? '');
    known.set(text, shape);
    return shape;
  };
}
