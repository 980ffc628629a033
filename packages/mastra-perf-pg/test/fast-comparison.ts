import type { MemoryStorage } from '@mastra/core/storage';
import type { Pool } from 'pg';
import { vi } from 'vitest';
import type { Operation } from './fast-operations.ts';

let made = 0;

/** The same moment, and the same new ids, for both sides of a step. */
export function at(step: number): void {
  vi.setSystemTime(Date.UTC(2026, 5, 1) + step * 1000);
  made = 0;
  vi.spyOn(globalThis.crypto, 'randomUUID').mockImplementation(() => `clone-${step}-${made++}-0-0`);
}

/** Only times of the application are compared; of clones, ids too, which are made anew. */
export function stopTime(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 5, 1) });
}

export function letTimeRun(): void {
  vi.useRealTimers();
  vi.restoreAllMocks();
}

export interface Comparable {
  readonly [key: string]: unknown;
}

/**
 * `updatedAt` of a thread is left out: the server sets it in some operations, and it never goes back here, which it does in
 * Mastra when the clocks differ. So are what only a fast domain tells, and the order where Mastra has none.
 */
function comparable(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const { updatedAt: _, threads, updated: __, ...rest } = value as Comparable;
  const entries = Object.entries('messages' in value ? rest : { ...rest, threads });
  return Object.fromEntries(entries.map(([key, entry]) => [key, comparable(entry)]));
}

const byId = (a: unknown, b: unknown): number =>
  String((a as Comparable)['id']) < String((b as Comparable)['id']) ? -1 : 1;

/** What an operation answers, or how it fails. */
export async function outcome({ name, run }: Operation, memory: MemoryStorage): Promise<unknown> {
  try {
    const result = comparable(await run(memory));
    if (name.startsWith('updateMessages')) return (result as unknown[]).toSorted(byId);
    if (name.startsWith('listMessagesById '))
      return (result as { messages: unknown[] }).messages.toSorted(byId);
    return result;
  } catch (error) {
    const { id, message, details } = error as Error & { id?: unknown; details?: unknown };
    return { id, message, details };
  }
}

/** Everything that is stored. */
export async function rowsOf(pool: Pool, schemaName: string): Promise<unknown> {
  const threads = await pool.query(
    `SELECT id, "resourceId", title, metadata, "createdAt"::text, "createdAtZ"::text,
      "updatedAt" = "updatedAtZ" AT TIME ZONE 'UTC' AS "bothTimes"
     FROM "${schemaName}".mastra_threads ORDER BY id`,
  );
  const messages = await pool.query(
    `SELECT id, thread_id, content, role, type, "resourceId", "createdAt"::text, "createdAtZ"::text
     FROM "${schemaName}".mastra_messages ORDER BY id`,
  );
  return { threads: threads.rows, messages: messages.rows };
}
