import { PerfConfigError } from 'mastra-perf';
import type { MemoryDomain, WorkflowsDomain } from './domains.ts';
import { fastListMessages } from './list-messages.ts';
import { hasMethods, isNodeRedis } from './node-redis.ts';
import { fastSaveMessages } from './save-messages.ts';
import { fastUpdateMessages } from './update-messages.ts';
import { withOwn } from './with-own.ts';
import { fastRuns } from './workflow-runs.ts';

/** A domain of ours says so under this key, whichever copy of this package made it. */
const FAST = Symbol.for('mastra-perf-redis.fast');

/** What is used of a `RedisStore` of `@mastra/redis`. */
export interface FastRedisTarget {
  readonly stores: object;
  getClient(): unknown;
}

/**
 * Makes a `RedisStore` of `@mastra/redis` read what it needs instead of whole threads and all keys of the server. The store is
 * changed in place and returned; doing so twice is doing it once. Call it before the store is given to anything else.
 *
 * - A page of a thread's messages, and what a semantic recall found: only these messages are read.
 * - Agent calls no longer scan the keyspace, leave no snapshots behind, and can be resumed by another process (see `fastRuns`).
 * - Saving messages takes two round trips for four, updating them no scan.
 *
 * Rows and results are Mastra's own; where a short way would not surely give the same result, Mastra's way is taken. It relies on
 * what RedisStore keeps true: a message's score follows from its `createdAt`, and an id in a thread's sorted set has its row.
 * `total` of a page counts these ids.
 *
 * @throws PerfConfigError if it is no such store
 */
export function fastRedis<S extends FastRedisTarget>(store: S): S {
  const { memory, workflows } = domainsOf(store);
  const stores = store.stores as { memory: MemoryDomain; workflows: WorkflowsDomain };
  if (!(FAST in memory))
    stores.memory = withOwn(memory, {
      [FAST]: true,
      listMessages: fastListMessages(memory),
      saveMessages: fastSaveMessages(memory),
      updateMessages: fastUpdateMessages(memory),
    });
  if (!(FAST in workflows)) stores.workflows = withOwn(workflows, { [FAST]: true, ...fastRuns(workflows) });
  return store;
}

/** By its shape, for what is replaced and for what the replacements use. */
function domainsOf(store: unknown): { readonly memory: MemoryDomain; readonly workflows: WorkflowsDomain } {
  if (hasMethods(store, ['getClient'])) {
    const { stores } = store as {
      readonly stores?: { readonly memory?: unknown; readonly workflows?: unknown };
    };
    const memory = stores?.memory;
    const workflows = stores?.workflows;
    if (
      hasMethods(memory, ['listMessages', 'saveMessages', 'updateMessages']) &&
      hasMethods(workflows, ['getWorkflowRunById', 'listWorkflowRuns', 'persistWorkflowSnapshot']) &&
      hasRedis(memory) &&
      hasRedis(workflows)
    )
      return { memory: memory as MemoryDomain, workflows: workflows as WorkflowsDomain };
  }
  throw new PerfConfigError('fastRedis.store', store, 'a RedisStore of @mastra/redis 1.x');
}

function hasRedis(domain: unknown): boolean {
  const { client, db } = domain as { readonly client?: unknown; readonly db?: unknown };
  return isNodeRedis(client) && hasMethods(db, ['get', 'insert', 'scanKeys']);
}
