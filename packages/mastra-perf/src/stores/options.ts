import { isObject } from '../base/record.ts';
import * as z from 'zod/mini';
import type { PerfStore } from './perf-store.ts';

const METHODS = ['connect', 'health', 'close'] as const;
const CACHE_METHODS = [
  'getMany',
  'setMany',
  'delete',
  'invalidateTags',
  'clear',
  'stamp',
  'areCurrent',
] as const;
const LEDGER_METHODS = ['record', 'report', 'reserve', 'extend', 'settle', 'release', 'budgets'] as const;
const RATES_METHODS = ['take', 'correct', 'pause'] as const;

/** A store is known by its shape: two copies of a package can meet in one app. */
export const perfStoreSchema = () =>
  z.custom<PerfStore>(
    (value) =>
      isObject(value) &&
      typeof value['name'] === 'string' &&
      hasMethods(value, METHODS) &&
      isObject(value['cache']) &&
      hasMethods(value['cache'], CACHE_METHODS) &&
      (value['ledger'] === undefined ||
        (isObject(value['ledger']) && hasMethods(value['ledger'], LEDGER_METHODS))) &&
      (value['rates'] === undefined ||
        (isObject(value['rates']) && hasMethods(value['rates'], RATES_METHODS))),
    { error: 'a store, such as memoryStore() or redisStore({ url })' },
  );

const hasMethods = (value: Readonly<Record<string, unknown>>, names: readonly string[]): boolean =>
  names.every((name) => typeof value[name] === 'function');
