/** Recognises our errors across copies of the package (ESM and CJS, two versions): `instanceof` would not. */
const MARK = Symbol.for('mastra-perf.error');

/** Stable identifiers: match on these, never on a message. */
export type PerfErrorCode =
  | 'MASTRA_PERF_CONFIG'
  | 'MASTRA_PERF_ALREADY_INSTALLED'
  | 'MASTRA_PERF_CLOSED'
  | 'MASTRA_PERF_NOT_CACHED'
  | 'MASTRA_PERF_STORE'
  | 'MASTRA_PERF_BUDGET_EXCEEDED'
  | 'MASTRA_PERF_CONTEXT_OVERFLOW'
  | 'MASTRA_PERF_EMBEDDING'
  | 'MASTRA_PERF_DOCUMENT'
  | 'MASTRA_PERF_INGEST'
  | 'MASTRA_PERF_MISSING_PACKAGE'
  | 'MASTRA_PERF_BATCH'
  | 'MASTRA_PERF_LIMIT'
  | 'MASTRA_PERF_POOL'
  | 'MASTRA_PERF_LEASE'
  | 'MASTRA_PERF_SECOND_NEXT';

/** Everything that this package throws. `code` is stable; the message says what was expected, what was given, what to do. */
export class PerfError extends Error {
  readonly code: PerfErrorCode;
  /** Always `false`: none of our errors goes away by trying the same call again. */
  readonly isRetryable = false;

  constructor(code: PerfErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'PerfError';
    this.code = code;
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** A wrong option. `path` names it, `given` is what was passed, `accepted` says what would be right. */
export class PerfConfigError extends PerfError {
  readonly path: string;
  readonly given: unknown;
  readonly accepted: string;

  constructor(path: string, given: unknown, accepted: string) {
    super('MASTRA_PERF_CONFIG', `${path}: expected ${accepted}, got ${show(given)}`);
    this.name = 'PerfConfigError';
    this.path = path;
    this.given = given;
    this.accepted = accepted;
  }
}

/** True for an error of this package, whichever copy of it was loaded. */
export function isPerfError(error: unknown): error is PerfError {
  return typeof error === 'object' && error !== null && MARK in error;
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === 'function') return `a function (${value.name || 'anonymous'})`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return `an object with ${list(Object.keys(value))}`;
  return String(value);
}

function list(keys: string[]): string {
  if (keys.length === 0) return 'no fields';
  const shown = keys.slice(0, 5).map((key) => `"${key}"`);
  return keys.length > 5 ? `${shown.join(', ')}, …` : shown.join(', ');
}
