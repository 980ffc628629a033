import { canonicalHash } from '../base/canonical-hash.ts';

export interface Redaction {
  readonly shownUser: (id: string) => string;
  readonly shownError: (error: unknown) => string;
}

const MAX_MESSAGE = 200;

/** @param salt of this process, so that marks cannot be looked up in a list of known ids. */
export function redaction(redact: ReadonlyArray<'users' | 'errors'>, salt: string): Redaction {
  const hidesErrors = redact.includes('errors');
  return {
    shownUser: redact.includes('users') ? (id) => `#${canonicalHash([salt, id]).slice(0, 10)}` : (id) => id,
    shownError(error) {
      const { name, code, message } = parts(error);
      const head = code === undefined ? name : `${name} ${code}`;
      return hidesErrors || !message ? head : `${head}: ${withoutLogin(message).slice(0, MAX_MESSAGE)}`;
    },
  };
}

function parts(error: unknown): {
  readonly name: string;
  readonly code?: string | undefined;
  readonly message: string;
} {
  if (typeof error !== 'object' || error === null) return { name: 'Error', message: String(error) };
  const { name, code, status, statusCode, message } = error as Record<string, unknown>;
  const told = [code, status, statusCode].find((one) => typeof one === 'string' || typeof one === 'number');
  return {
    name: isWord(name) ? name : 'Error',
    code: told !== undefined && isWord(String(told)) ? String(told) : undefined,
    message: typeof message === 'string' ? message : '',
  };
}

/** Of what somebody may have set to anything. */
const isWord = (value: unknown): value is string => typeof value === 'string' && /^[\w.-]{1,80}$/.test(value);

/** `redis://user:password@host` */
const withoutLogin = (message: string): string => message.replace(/(\w:\/\/)[^\s/@]*@/g, '$1');
