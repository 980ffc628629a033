import type { MemoryStorage, WorkflowsStorage } from '@mastra/core/storage';
import type { RedisDomain } from './domain-view.ts';

/** The domain that keeps threads and messages, and what it keeps in fields. */
export type MemoryDomain = MemoryStorage & RedisDomain;

export type WorkflowsDomain = WorkflowsStorage & RedisDomain;
