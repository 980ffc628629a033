/** Statuses by which providers say that what they were sent is wrong, or too long. */
const OF_THE_TEXTS = new Set([400, 413, 422]);
/** Errors that the AI SDK throws before it asks: no key, a setting that the model cannot take. */
const BEFORE_ASKING = /^AI_(Load|NoSuch|Unsupported)/;
const GIVEN_UP = new Set(['AbortError', 'TimeoutError']);
/** A chain of causes longer than this has a cycle. */
const MAX_CAUSES = 10;

/**
 * Whether an error may be due to one of the texts of a request, so that the others are worth asking for without it. What the provider
 * calls retryable, what is about keys and names, and what happens to connections is not.
 */
export function isOfTheTexts(error: unknown): boolean {
  let cause = error;
  for (let depth = 0; depth < MAX_CAUSES && typeof cause === 'object' && cause !== null; depth++) {
    const { isRetryable, statusCode, status, code, name, cause: next } = cause as Record<string, unknown>;
    if (isRetryable === true) return false;
    const told = statusCode ?? status;
    if (typeof told === 'number') return OF_THE_TEXTS.has(told);
    if (typeof code === 'string' && /^(E[A-Z]+|UND_ERR_)/.test(code) && !code.startsWith('ERR_'))
      return false;
    if (typeof name === 'string' && (GIVEN_UP.has(name) || BEFORE_ASKING.test(name))) return false;
    cause = next;
  }
  return true;
}
