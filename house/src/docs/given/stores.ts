import { memoryStore, type PerfStore } from 'mastra-perf';

export * from './common.ts';
export const myStore = (_url: string): PerfStore => memoryStore();
export const url = 'mine://server';
export const { cache, leases, bus, ledger, rates, connect, health, close } =
  memoryStore() as Required<PerfStore>;
export const [from, to] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 1, 1)];
