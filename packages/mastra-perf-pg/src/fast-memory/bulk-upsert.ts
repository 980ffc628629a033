import { PerfConfigError } from 'mastra-perf';
import { fastFailure } from './fast-failure.ts';
import { BOUNDS, messageChunks } from './message-chunks.ts';
import type { MessageInput } from './message-rows.ts';
import type { messageWriter } from './write-messages.ts';

export interface BulkUpsertOptions {
  /** Messages of one statement, up to 5000. A statement also has no more than 8 million letters of content. @default 1000 */
  readonly batchSize?: number;
}

export interface BulkUpsertResult {
  readonly inserted: number;
  /** Messages that were there: written over, with the `createdAt` that they had. */
  readonly updated: number;
  readonly threads: number;
}

/** Writes many messages, of any number of threads, all or none: in few statements of one transaction. */
export function bulkUpserter(write: ReturnType<typeof messageWriter>) {
  return async (
    messages: readonly MessageInput[],
    { batchSize = 1000 }: BulkUpsertOptions = {},
  ): Promise<BulkUpsertResult> => {
    if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > BOUNDS.messages)
      throw wrong('batchSize', batchSize, `a whole number from 1 to ${BOUNDS.messages}`);
    const threadIds = new Set<string>();
    for (const [index, message] of messages.entries()) threadIds.add(checked(message, index));
    const chunks = messageChunks(messages, { ...BOUNDS, messages: batchSize });
    const written = await write(chunks, [...threadIds]).catch((error: unknown) => {
      throw fastFailure('bulk upsert of messages', error);
    });
    if ('missing' in written)
      throw fastFailure('bulk upsert of messages', new Error(`Thread ${written.missing} not found`));
    const total = chunks.reduce((sum, { columns }) => sum + columns[0].length, 0);
    const updated = written.updated.length;
    return { inserted: total - updated, updated, threads: written.threads.length };
  };
}

function checked(message: MessageInput, index: number): string {
  const path = `messages[${index}]`;
  const { id, threadId, resourceId, createdAt } = message;
  if (typeof id !== 'string' || id === '') throw wrong(`${path}.id`, id, 'the id of a message');
  if (typeof threadId !== 'string' || threadId === '')
    throw wrong(`${path}.threadId`, threadId, 'the id of a thread');
  if (typeof resourceId !== 'string' || resourceId === '')
    throw wrong(`${path}.resourceId`, resourceId, 'the id of a resource');
  if (createdAt !== undefined && !(createdAt instanceof Date && !Number.isNaN(createdAt.getTime())))
    throw wrong(`${path}.createdAt`, createdAt, 'a Date');
  return threadId;
}

const wrong = (name: string, given: unknown, accepted: string): PerfConfigError =>
  new PerfConfigError(`bulkUpsertMessages.${name}`, given, accepted);
