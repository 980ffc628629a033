import * as z from 'zod/mini';
import type { ByteSize } from '../base/byte-size.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { parseOptions } from '../base/parse-options.ts';
import { byteSize, options, positiveInteger } from '../base/schema.ts';
import { memoryBus } from './memory-bus.ts';
import { memoryCache } from './memory-cache.ts';
import { memoryLeases } from './memory-leases.ts';
import { memoryLedger } from './memory-ledger.ts';
import { memoryRates } from './memory-rates.ts';
import type { PerfStore } from './perf-store.ts';

/** Bounds of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /**
   * Memory that the entries may take, keys and tags included; the least recently used go first. An entry that is larger
   * is not kept.
   * @default '64mb'
   */
  readonly maxBytes?: ByteSize;
  /**
   * Number of entries, at most ten million: room for their places is taken at once.
   * @default 10_000
   */
  readonly maxEntries?: number;
}

/** @public docs/options.md is written from it. */
export const memoryStoreSchema = options(() => ({
  maxBytes: z.optional(byteSize()),
  maxEntries: z.optional(positiveInteger(10_000_000)),
}));

const DEFAULTS = { maxBytes: 64 * 1024 ** 2, maxEntries: 10_000 } as const;

/**
 * A store in the memory of this process. Two plugins that are given the same object share it as two processes share a
 * server: entries, leases, messages, the ledger and rates. It ends with the process; closing it changes nothing for the others that use it.
 *
 * @throws PerfConfigError that names the wrong option, what was given and what is accepted.
 * @example
 * createPerf({ store: memoryStore({ maxBytes: '256mb' }) });
 */
export const memoryStore = (given: MemoryStoreOptions = {}): PerfStore => memoryStoreOn(systemClock, given);

/** The same on a clock of the caller's choice. */
export function memoryStoreOn(clock: Clock, given: MemoryStoreOptions = {}): PerfStore {
  const bounds = { ...DEFAULTS, ...parseOptions(memoryStoreSchema, given, 'memoryStore') };
  return {
    name: 'memory',
    cache: memoryCache(bounds, clock),
    leases: memoryLeases(clock),
    bus: memoryBus(),
    ledger: memoryLedger(clock),
    rates: memoryRates(clock),
    connect: async () => {},
    health: async () => {},
    close: async () => {},
  };
}
