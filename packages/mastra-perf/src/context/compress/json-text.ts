/** Integers that a number of JavaScript may not hold, and fractions of which it may lose the end. */
const LONG_NUMBER = /\d{16}/;

/** The data that a text is, when it is an array or an object in JSON. Numbers that would lose digits become texts. */
export function readJsonText(text: string): { readonly value: object } | undefined {
  if (!/^\s*[[{]/.test(text) || !/[\]}]\s*$/.test(text.slice(-100))) return undefined;
  try {
    const value: unknown = LONG_NUMBER.test(text) ? JSON.parse(text, asWritten) : JSON.parse(text);
    return typeof value === 'object' && value !== null ? { value } : undefined;
  } catch {
    return undefined; // a text that only looks like JSON, or one that is nested too deep to be read
  }
}

function asWritten(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || !context?.source) return value;
  return String(value) === context.source || !LONG_NUMBER.test(context.source) ? value : context.source;
}
