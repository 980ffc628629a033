import { options } from '../base/schema.ts';

/** Equal calls that are under way at the same time share one call to the model. It has nothing to set yet. */
export type CoalesceOptions = Readonly<Record<string, never>>;
export type CoalesceSettings = Readonly<Record<string, never>>;

export const coalesceSchema = options({});
