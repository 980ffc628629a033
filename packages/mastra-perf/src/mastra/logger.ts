import type { MastraLike } from './host.ts';

/** As much of Mastra's logger as is used. */
export interface LoggerLike {
  warn(message: string): void;
  error(message: string): void;
}

/** The logger that the app gave to Mastra; `undefined` where there is none. */
export function loggerOf(
  mastra: (MastraLike & { getLogger?(): unknown }) | undefined,
): LoggerLike | undefined {
  const logger = mastra?.getLogger?.();
  return isLogger(logger) ? logger : undefined;
}

const isLogger = (logger: unknown): logger is LoggerLike =>
  typeof logger === 'object' &&
  logger !== null &&
  'warn' in logger &&
  'error' in logger &&
  typeof logger.warn === 'function' &&
  typeof logger.error === 'function';
