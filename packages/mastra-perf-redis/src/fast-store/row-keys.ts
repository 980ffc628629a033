/** Where RedisStore of @mastra/redis keeps its rows. A test compares each with what it writes. */

/** The sorted set of the ids of a thread's messages. */
export const threadMessagesKey = (threadId: string): string => `thread:${threadId}:messages`;

export const threadKey = (threadId: string): string => `mastra_threads:id:${threadId}`;

export const messageKey = (threadId: string, messageId: string): string =>
  `mastra_messages:threadId:${threadId}:id:${messageId}`;

/** Holds the id of the thread that a message is in. */
export const messageIndexKey = (messageId: string): string => `msg-idx:${messageId}`;

/** The row of a run that has no resource id; of one that has, Mastra puts the row under this key and a suffix. */
export const snapshotKey = (namespace: string, workflowName: string, runId: string): string =>
  `mastra_workflow_snapshot:namespace:${namespace}:workflow_name:${workflowName}:run_id:${runId}`;

export const resourceSuffix = (resourceId: string): string => `:resourceId:${resourceId}`;
