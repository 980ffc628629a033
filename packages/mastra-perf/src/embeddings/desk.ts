import type { EmbeddingBoundSettings } from './options.ts';
import { limitsOf, type RequestLimits } from './request-limits.ts';
import { createSlots, type Slots } from './slots.ts';

export interface OpenDesk {
  readonly limits: RequestLimits;
  readonly slots: Slots;
}

/** Where requests to one model queue. */
export interface Desk {
  /** As soon as the model has told its limits. */
  readonly open: OpenDesk | undefined;
  readonly ready: Promise<OpenDesk>;
}

export function createDesk(
  model: object,
  bounds: Required<EmbeddingBoundSettings>,
  fault: (error: unknown) => void,
): Desk {
  let open: OpenDesk | undefined;
  const ready = limitsOf(model, bounds)
    .catch((error: unknown) => {
      fault(error);
      return limitsOf({}, bounds);
    })
    .then((limits) => (open = { limits, slots: createSlots(limits.parallel) }));
  return {
    get open() {
      return open;
    },
    ready,
  };
}
