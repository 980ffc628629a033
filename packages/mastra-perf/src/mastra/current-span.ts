import { createRequire } from 'node:module';

/** As much of a span of Mastra as is needed. */
interface SpanLike {
  update(options: { readonly attributes: object }): void;
}

export interface CurrentSpan {
  /** Before it is asked for the first time, where there is a Mastra. Never fails. */
  load(): void;
  /** Mastra's span of what runs now; `undefined` without one, and until it is loaded. */
  read(): SpanLike | undefined;
}

const PLACE = '@mastra/core/observability/context-storage';

/**
 * Mastra keeps the span of what runs in an AsyncLocalStorage, one for each module format in which it is loaded: those that are there are
 * asked. A Mastra without such a place is one without spans.
 */
export function currentSpan(): CurrentSpan {
  let readers: ReadonlyArray<() => unknown> = [];
  let isLoading = false;
  return {
    load() {
      if (isLoading) return;
      isLoading = true;
      void loadReaders().then((loaded) => (readers = loaded));
    },
    read() {
      for (const read of readers) {
        const span = read();
        if (isSpan(span)) return span;
      }
      return undefined;
    },
  };
}

async function loadReaders(): Promise<Array<() => unknown>> {
  const modules: Array<{ readonly getCurrentSpan?: unknown }> = [];
  try {
    modules.push(await import('@mastra/core/observability/context-storage'));
    // The other format only where the application has it already: it would be a second copy of Mastra.
    const load = createRequire(import.meta.url);
    if (Object.hasOwn(load.cache, load.resolve(PLACE)))
      modules.push(load(PLACE) as { readonly getCurrentSpan?: unknown });
  } catch {
    // this Mastra has no such place
  }
  return modules.flatMap(({ getCurrentSpan }) =>
    typeof getCurrentSpan === 'function' ? [getCurrentSpan as () => unknown] : [],
  );
}

const isSpan = (value: unknown): value is SpanLike =>
  typeof value === 'object' && value !== null && 'update' in value && typeof value.update === 'function';
