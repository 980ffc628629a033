import { DeadlineExceeded } from '../../base/deadline.ts';

/** A check that cannot tell anything here; its message goes into the report. */
export class NotApplicable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotApplicable';
  }
}

/** Kinds of errors and their codes, such as `ECONNREFUSED` and `42501`. */
const PLAIN = /^[\w.-]{1,60}$/;

/**
 * Why something failed, without the message of a stranger's error: it may hold a connection string, or what a user wrote.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof NotApplicable || error instanceof DeadlineExceeded) return error.message;
  try {
    const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
    const kind = typeof name === 'string' && PLAIN.test(name) ? name : 'an error';
    return typeof code === 'string' && PLAIN.test(code) ? `${kind} (${code})` : kind;
  } catch {
    return 'an error'; // that cannot even be read
  }
}
