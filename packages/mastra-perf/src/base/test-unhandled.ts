import { settled } from './test-clock.ts';

/** Watches for rejections that nobody handles; the check ends that and throws when there was one. */
export function watchUnhandled(): () => Promise<void> {
  const seen: unknown[] = [];
  const note = (error: unknown): void => void seen.push(error);
  process.on('unhandledRejection', note);
  return async () => {
    await settled();
    process.off('unhandledRejection', note);
    if (seen.length > 0) throw new AggregateError(seen, `${seen.length} rejections were not handled`);
  };
}
