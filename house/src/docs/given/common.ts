import { openai } from '@ai-sdk/openai';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { createPerf } from 'mastra-perf';

/*
 * What pages name without declaring it: their examples are a few lines of a program that has more. All of it is real, so
 * that examples also run. The model is the provider that OPENAI_BASE_URL names.
 */

export * from 'mastra-perf';
export * from 'mastra-perf-pg';
export * from 'mastra-perf-redis';
export { Mastra } from '@mastra/core';
export { Agent } from '@mastra/core/agent';
export { Memory } from '@mastra/memory';
export { RedisStore } from '@mastra/redis';
export { fastRedis, redisServerCache } from 'mastra-perf-redis/mastra';
export { PostgresStore } from '@mastra/pg';
export { LibSQLVector } from '@mastra/libsql';
export { generateText, wrapLanguageModel } from 'ai';
export { Cluster, Redis } from 'ioredis';
export { writeFile } from 'node:fs/promises';
export * as z from 'zod';
export { openai };

const agentNamed = (id: string) =>
  new Agent({ id, name: id, instructions: 'Answer in one sentence.', model: 'openai/gpt-4o-mini' });

export const agents = {
  support: agentNamed('support'),
  legal: agentNamed('legal'),
  summarizer: agentNamed('summarizer'),
};
export const storage = new InMemoryStore();
export const perf = createPerf();
export const mastra = new Mastra({ agents, storage, processors: { perf } });
export const agent = mastra.getAgent('support');
export const result = await agent.generate('What is a cache?');

export const [question, prompt, message] = ['What is a cache?', 'What is a cache?', 'Where is it?'];
export const [thread, threadId, resource, userId] = ['thread-1', 'thread-1', 'user-1', 'user-1'];
export const { signal } = new AbortController();
export const log = console;
