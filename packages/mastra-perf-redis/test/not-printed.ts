import { afterEach, beforeEach, vi } from 'vitest';

const WAYS = ['error', 'warn', 'log'] as const;

/** Every test of the file fails during which something was printed: ioredis prints errors to which nobody listens. */
export function failOnPrinting(): void {
  beforeEach(() => {
    for (const way of WAYS) vi.spyOn(console, way);
  });
  afterEach(() => {
    const printed = WAYS.flatMap((way) => vi.mocked(console[way]).mock.calls.map(String));
    vi.restoreAllMocks();
    if (printed.length > 0) throw new Error(`printed: ${printed.join('\n')}`);
  });
}
