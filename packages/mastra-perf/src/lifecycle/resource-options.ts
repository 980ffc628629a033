import * as z from 'zod/mini';
import type { Duration } from '../base/duration.ts';
import { duration, flag, options } from '../base/schema.ts';

export interface ResourceManagerOptions {
  /**
   * How long a resource is kept that is registered without a `ttl` of its own. The clock starts when it is registered, and again whenever
   * it is got.
   * @default none: until it is cleaned up
   */
  readonly ttl?: Duration;
  /**
   * How long {@link ResourceManager.cleanupAll} waits for resources in use and for disposals.
   * @default '10s'
   */
  readonly deadline?: Duration;
  /** Told of each resource that could not be disposed of. @default a process warning */
  readonly onError?: (error: unknown, id: string) => void;
}

export interface RegisterOptions<R> {
  /** How long it is kept, counted anew whenever it is got. @default that of the manager */
  readonly ttl?: Duration;
  /** How it is disposed of. @default `Symbol.asyncDispose`, `Symbol.dispose`, `cleanup()` or `close()`, the first that it has */
  readonly dispose?: (resource: R) => unknown;
}

export interface GetOptions {
  /**
   * Whether its time starts anew.
   * @default true
   */
  readonly touch?: boolean;
}

const callback = <F extends (...given: never[]) => unknown>() =>
  z.custom<F>((value) => typeof value === 'function', { error: 'a function' });

export const managerSchema = options(() => ({
  ttl: z.optional(duration()),
  deadline: z.optional(duration()),
  onError: z.optional(callback<NonNullable<ResourceManagerOptions['onError']>>()),
}));

export const registerSchema = options(() => ({
  ttl: z.optional(duration()),
  dispose: z.optional(callback<(resource: unknown) => unknown>()),
}));

export const getSchema = options(() => ({ touch: z.optional(flag()) }));
