import { options } from '../base/schema.ts';

/** Latency percentiles of model calls. They have nothing to set yet. */
export type LatencyOptions = Readonly<Record<string, never>>;
export type LatencySettings = Readonly<Record<string, never>>;

export const latencySchema = options(() => ({}));
