/** Classes of SQLSTATE that are about what is written: data that does not fit, and constraints. */
const OF_THE_DATA = /^2[23][0-9A-Z]{3}$/;
const NO_THREAD = /^Thread .+ not found$/;

/** How many causes of a cause are looked at. */
const DEPTH = 5;

/** Whether a storage of Mastra refused messages for what they are: trying again would not help. */
export function isPermanent(error: unknown): boolean {
  let at = error;
  for (let depth = 0; depth < DEPTH && typeof at === 'object' && at !== null; depth++) {
    const { code, message, cause } = at as {
      readonly code?: unknown;
      readonly message?: unknown;
      readonly cause?: unknown;
    };
    if (typeof code === 'string' && OF_THE_DATA.test(code)) return true;
    if (typeof message === 'string' && NO_THREAD.test(message)) return true;
    at = cause;
  }
  return false;
}
