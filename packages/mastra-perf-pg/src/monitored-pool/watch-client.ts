import type { Meter } from './pool-monitor.ts';

type Callback = (error: unknown, ...rest: unknown[]) => unknown;

/** Measures the statements of one connection, by a method of its own before that of its class. */
export function watchClient(client: object, meter: Pick<Meter, 'statement'>, now: () => number): void {
  const query: unknown = Reflect.get(client, 'query');
  if (typeof query !== 'function') return;
  const measured = function (this: unknown, ...args: unknown[]): unknown {
    const text = textOf(args[0]);
    // A cursor or a stream takes as long as its reader does.
    if (text === undefined) return Reflect.apply(query, client, args);
    const begun = now();
    const measure = (error?: unknown): void => meter.statement(text, now() - begun, error ?? undefined);
    const place = args.findLastIndex((arg) => typeof arg === 'function');
    if (place > 0) {
      const callback = args[place] as Callback;
      args[place] = (error: unknown, ...rest: unknown[]) => {
        measure(error);
        return callback(error, ...rest);
      };
      return Reflect.apply(query, client, args);
    }
    const result: unknown = Reflect.apply(query, client, args);
    if (result instanceof Promise) result.then(() => measure(), measure);
    return result;
  };
  Object.defineProperty(client, 'query', { value: measured, configurable: true, writable: true });
}

function textOf(query: unknown): string | undefined {
  if (typeof query === 'string') return query;
  if (typeof query !== 'object' || query === null || 'submit' in query) return undefined;
  const text: unknown = Reflect.get(query, 'text');
  return typeof text === 'string' ? text : undefined;
}
