import type { Clock } from '../base/clock.ts';
import { decorate } from './domains.ts';

/** Those that the plugin asks for itself: others are left as they are, as what they are shows in them. */
const OPERATIONS: ReadonlySet<string> = new Set([
  'getThreadById',
  'listThreads',
  'listMessages',
  'listMessagesById',
  'listMessagesByResourceId',
  'saveThread',
  'updateThread',
  'patchThread',
  'updateThreadMetadata',
  'updateThreadResourceId',
  'deleteThread',
  'copyThread',
  'cloneThread',
  'saveMessages',
  'updateMessages',
  'deleteMessages',
]);

/** A memory domain of Mastra's storage whose operations on threads and messages are timed; it is the same otherwise. */
export function timedDomain<T extends object>(
  domain: T,
  clock: Pick<Clock, 'monotonic'>,
  tell: (name: string, ms: number, isOk: boolean) => void,
): T {
  return decorate(domain, {}, (name, method) => {
    if (!OPERATIONS.has(name)) return undefined;
    return (...args) => {
      const begun = clock.monotonic();
      const result = method(...args);
      if (!(result instanceof Promise)) return result;
      const ended = (isOk: boolean): void => tell(name, clock.monotonic() - begun, isOk);
      // What is awaited is the promise of the domain: a failure is told to whoever asked, and to nobody else.
      result.then(
        () => ended(true),
        () => ended(false),
      );
      return result;
    };
  });
}
