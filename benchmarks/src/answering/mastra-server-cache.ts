import { InMemoryServerCache } from '@mastra/core/cache';
import { RedisServerCache } from '@mastra/redis';
import { Redis } from 'ioredis';
import { type OpenAnswering, TTL_MS } from './answering.ts';

/**
 * The cache of Mastra, asked as its ResponseCache does: a failed look-up is a miss, the answer is stored before it is
 * given, and a failure of that is dropped. The client is the one of its documentation.
 */
export const mastraServerCache: OpenAnswering = ({ url, prefix, model }) => {
  const client = url === undefined ? undefined : new Redis(url);
  client?.on('error', () => {}); // each command tells of it as well
  const cache = client
    ? new RedisServerCache({ client: client as never }, { keyPrefix: prefix })
    : new InMemoryServerCache();
  return {
    async ask(question) {
      const known = await cache.get(question).catch(() => undefined);
      if (typeof known === 'string') return known;
      const answer = await model(question);
      await cache.set(question, answer, TTL_MS).catch(() => undefined);
      return answer;
    },
    close: async () => client?.disconnect(),
  };
};
