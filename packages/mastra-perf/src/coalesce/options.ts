import * as z from 'zod/mini';
import type { Duration } from '../base/duration.ts';
import { duration, options } from '../base/schema.ts';

/** Equal calls that are under way at the same time share one call to the model. */
export interface CoalesceOptions {
  /**
   * How long a call waits for the answer to an equal call that another process makes, before it asks the model itself.
   * `false` does not look what other processes do. Needs a store with leases, and the response cache.
   * @default '30s'
   */
  readonly wait?: Duration | false;
}

export interface CoalesceSettings {
  readonly wait?: number | false;
}

export const coalesceSchema = options(() => ({
  wait: z.optional(
    z.union([z.custom<false>((value) => value === false), duration('10m')], {
      error: "false, or a duration such as '30s', at most '10m'",
    }),
  ),
}));

export const COALESCE_DEFAULTS = { wait: 30_000 } as const satisfies CoalesceSettings;
