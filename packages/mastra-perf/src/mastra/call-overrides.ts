import { RequestContext } from '@mastra/core/request-context';
import * as z from 'zod/mini';
import type { Duration } from '../base/duration.ts';
import { parseOptions } from '../base/parse-options.ts';
import { duration, name, names, oneOf, options } from '../base/schema.ts';
import type { CallOverrides } from '../pipeline/call.ts';
import type { RequestContextLike } from './host.ts';

/** Options of `perf.context()`: they hold for every model call of the run that gets the context, sub-agents included. */
export interface ContextOptions {
  /**
   * `'bypass'` asks the model and stores nothing, `'refresh'` asks it and stores the answer, `'only-if-cached'` never asks
   * it and throws a `PerfError` with code `MASTRA_PERF_NOT_CACHED` if there is no stored answer; `false` is no cache at all.
   * @default 'default'
   */
  readonly cache?: 'default' | 'bypass' | 'refresh' | 'only-if-cached' | false;
  /** How long the answers of this run are kept, from when they are complete. */
  readonly ttl?: Duration;
  /** Names by which the answers of this run can be invalidated. */
  readonly tags?: readonly string[];
  /** Who shares the answers of this run: all calls of the agent with the same scope, and nobody else. */
  readonly scope?: string;
  /** Whom the usage of this run is counted for, beside the resource. */
  readonly user?: string;
  /** What budgets per label go by, such as `{ team: 'search' }`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** `false` does not share calls that are under way. */
  readonly coalesce?: false;
  /** `false` does not count this run's usage. */
  readonly usage?: false;
  /** `false` does not measure this run's latency. */
  readonly latency?: false;
  /** `false` leaves nothing out of this run's prompts. */
  readonly context?: false;
  /** `false` has every text of this run embedded anew, by requests of its own. */
  readonly embeddings?: false;
  /** `false` lets this run wait for no limit. */
  readonly limits?: false;
  /** Whose calls go first where they wait for a limit. */
  readonly priority?: 'high' | 'normal' | 'low';
}

const off = () =>
  z.custom<false>((value) => value === false, { error: 'false (leave it out to keep the feature on)' });

/** @public docs/options.md is written from it. */
export const contextSchema = options(() => ({
  cache: z.optional(
    z.union([off(), oneOf('default', 'bypass', 'refresh', 'only-if-cached')], {
      error: "'default', 'bypass', 'refresh', 'only-if-cached' or false",
    }),
  ),
  ttl: z.optional(duration('15d')),
  tags: z.optional(names()),
  scope: z.optional(name()),
  user: z.optional(name()),
  labels: z.optional(z.record(name(), name(), { error: 'an object of names' })),
  coalesce: z.optional(off()),
  usage: z.optional(off()),
  latency: z.optional(off()),
  context: z.optional(off()),
  embeddings: z.optional(off()),
  limits: z.optional(off()),
  priority: z.optional(oneOf('high', 'normal', 'low')),
}));

const KEY = 'mastraPerf';

/**
 * Mastra's server fills the request context from the body of a request. Overrides count only if they carry this symbol,
 * which no JSON can: a client must never choose its own scope or user.
 */
const MARK = Symbol.for('mastra-perf.overrides');

/** Any request context of Mastra, whatever values it declares. */
export interface ContextLike {
  setRaw(key: string, value: unknown): void;
  getRaw(key: string): unknown;
}

/** @throws PerfConfigError */
export function contextWith<C extends ContextLike>(given: ContextOptions, existing?: C): C {
  const { ttl, ...overrides } = parseOptions(contextSchema, given, 'perf.context');
  const context = existing ?? (new RequestContext() as ContextLike as C);
  const before = overridesOf(context.getRaw(KEY));
  const value: CallOverrides = { ...before, ...overrides, ...(ttl !== undefined && { ttlMs: ttl }) };
  context.setRaw(KEY, Object.defineProperty({ ...value }, MARK, { value: true }));
  return context;
}

/** Overrides that `perf.context()` has put there; anything else under that name is ignored. */
export const overridesIn = (context: RequestContextLike | undefined): CallOverrides =>
  overridesOf(context?.get(KEY));

const overridesOf = (found: unknown): CallOverrides =>
  typeof found === 'object' && found !== null && MARK in found ? (found as CallOverrides) : {};
