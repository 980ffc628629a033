import { isPerfError } from '../errors.ts';

/** Statuses by which providers say that what they were sent is wrong, or too long. */
const OF_THE_ITEMS = new Set([400, 413, 422]);
const GIVEN_UP = new Set(['AbortError', 'TimeoutError']);
/** Errors that the AI SDK throws before it asks: no key, a setting that the model cannot take. */
const BEFORE_ASKING = /^AI_(Load|NoSuch|Unsupported)/;
/** Mastra's errors of what its caller has done wrong, which is the same for one item: no memory, a thread of another resource. */
const OF_THE_CALLER = /^AGENT_(?!GENERATE_FAILED)/;
/** A chain of causes longer than this has a cycle. */
const MAX_CAUSES = 10;

/**
 * Whether a call may have failed because of one of its items, so that the others are worth asking for alone. Mastra has tried again what may
 * be tried again; budgets, keys and connections fail for one item as for ten.
 */
export function isOfTheItems(error: unknown): boolean {
  let cause = error;
  for (let depth = 0; depth < MAX_CAUSES && typeof cause === 'object' && cause !== null; depth++) {
    if (isPerfError(cause)) return false;
    const { isRetryable, statusCode, status, code, id, name, cause: next } = cause as Record<string, unknown>;
    if (isRetryable === true) return false;
    const told = statusCode ?? status;
    if (typeof told === 'number') return OF_THE_ITEMS.has(told);
    if (typeof code === 'string' && /^(E[A-Z]+|UND_ERR_)/.test(code) && !code.startsWith('ERR_'))
      return false;
    if (typeof id === 'string' && OF_THE_CALLER.test(id)) return false;
    if (typeof name === 'string' && (GIVEN_UP.has(name) || BEFORE_ASKING.test(name))) return false;
    cause = next;
  }
  return true;
}
