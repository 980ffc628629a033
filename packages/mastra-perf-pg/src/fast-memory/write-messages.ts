import type { SavedThread } from 'mastra-perf';
import type { Statement } from '../statement.ts';
import type { Asker, Connection, Row } from './connection.ts';
import type { MessageChunk } from './message-chunks.ts';
import type { ThreadRows } from './thread-rows.ts';

export interface Written {
  readonly threads: SavedThread[];
  /** Ids of messages that were written over. */
  readonly updated: string[];
}

/** The first thread that is not there; nothing was written. */
export interface Missing {
  readonly missing: string;
}

/** Writes all chunks or none: in one round trip if there is only one, else in one transaction. */
export function messageWriter(writer: Connection, save: Statement, rows: ThreadRows) {
  const write = async (asker: Asker, chunk: MessageChunk, threadIds: readonly string[], touch: boolean) =>
    asker.ask(save, [...chunk.columns, threadIds, new Date().toISOString(), touch]);

  const inOne = async (chunk: MessageChunk, threadIds: readonly string[]): Promise<Written> => {
    const found = present(await write(writer, chunk, threadIds, true), threadIds);
    return { threads: savedThreads(found, found, rows), updated: overwritten(found) };
  };

  const inSeveral = (chunks: readonly MessageChunk[], threadIds: readonly string[]): Promise<Written> =>
    writer.transaction(async (asker) => {
      const updated: string[] = [];
      let first: readonly Row[] | undefined;
      let last: readonly Row[] = [];
      for (const [index, chunk] of chunks.entries()) {
        const touch = index === chunks.length - 1;
        last = present(await write(asker, chunk, threadIds, touch), threadIds);
        first ??= last;
        updated.push(...overwritten(last));
      }
      return { threads: savedThreads(first ?? [], last, rows), updated };
    });

  return async (
    chunks: readonly MessageChunk[],
    threadIds: readonly string[],
  ): Promise<Written | Missing> => {
    const [only, ...more] = chunks;
    try {
      if (!only) return { threads: [], updated: [] };
      return await (more.length > 0 ? inSeveral(chunks, threadIds) : inOne(only, threadIds));
    } catch (error) {
      if (error instanceof MissingThread) return { missing: error.threadId };
      throw error;
    }
  };
}

/** Ends a transaction. */
class MissingThread extends Error {
  readonly threadId: string;

  constructor(threadId: string) {
    super(`Thread ${threadId} not found`);
    this.threadId = threadId;
  }
}

function present(rows: readonly Row[], threadIds: readonly string[]): readonly Row[] {
  if (rows[0]?.['ok'] === true) return rows;
  const found = new Set(rows.map((row) => row['threadId']));
  throw new MissingThread(threadIds.find((id) => !found.has(id)) ?? '');
}

/** As the threads were before the first chunk, and after the last. */
function savedThreads(first: readonly Row[], last: readonly Row[], rows: ThreadRows): SavedThread[] {
  const before = new Map(first.map((row) => [row['threadId'], String(row['before'])]));
  return last.map((row) => ({
    thread: rows.read(row),
    before: before.get(row['threadId']) ?? '',
    version: String(row['version']),
  }));
}

const overwritten = (rows: readonly Row[]): string[] => (rows[0]?.['overwritten'] ?? []) as string[];
