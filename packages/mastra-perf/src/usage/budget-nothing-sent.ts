/*
 * Failures of a model that certainly cost nothing. Of all others it is not known, and what was sent is charged.
 */

/** Errors of the network before anything was sent. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
/** Errors that the AI SDK throws before it asks: no key, a setting, a tool or a prompt that the model cannot take. */
const BEFORE_ASKING = /^AI_(Load|NoSuch|Unsupported|InvalidPrompt|InvalidArgument)/;
/** A chain of causes longer than this has a cycle. */
const MAX_CAUSES = 10;

/** Whether a failure before the first part of an answer tells that nothing was generated. */
export function costNothing(error: unknown): boolean {
  let cause = error;
  for (let depth = 0; depth < MAX_CAUSES && typeof cause === 'object' && cause !== null; depth++) {
    const { statusCode, code, name, cause: next } = cause as Record<string, unknown>;
    if (typeof statusCode === 'number' && statusCode >= 400) return true;
    if (typeof code === 'string' && NOT_CONNECTED.has(code)) return true;
    if (typeof name === 'string' && BEFORE_ASKING.test(name)) return true;
    cause = next;
  }
  return false;
}
