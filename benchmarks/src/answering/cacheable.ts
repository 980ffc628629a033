import KeyvRedis, { createKeyvNonBlocking } from '@keyv/redis';
import { Cacheable } from 'cacheable';
import { type Answering, type OpenAnswering, TTL_MS } from './answering.ts';

/** Memory and Redis, as its documentation begins. */
export const cacheable: OpenAnswering = ({ url, prefix, model }) =>
  asking(
    new Cacheable({
      ttl: TTL_MS,
      namespace: prefix,
      ...(url !== undefined && { secondary: new KeyvRedis(url, { namespace: prefix }) }),
    }),
    model,
  );

/** What its documentation advises so that nobody waits for a Redis that is away. */
export const cacheableNonBlocking: OpenAnswering = ({ url, prefix, model }) =>
  asking(
    new Cacheable({
      ttl: TTL_MS,
      namespace: prefix,
      nonBlocking: true,
      ...(url !== undefined && { secondary: createKeyvNonBlocking(url, { namespace: prefix }) }),
    }),
    model,
  );

function asking(cache: Cacheable, model: (question: string) => Promise<string>): Answering {
  cache.on('error', () => {}); // it goes on without the store by itself
  return {
    async ask(question) {
      const answer = await cache.getOrSet(question, () => model(question));
      if (answer === undefined) throw new Error('no answer');
      return answer;
    },
    close: () => cache.disconnect(),
  };
}
