import { startSimulatedProvider, type RedisServer, type SimulatedProvider } from '@mastra-perf/testkit';
import { REQUESTS, startClient, TOKENS, WINDOW_MS } from './limits/clients.ts';
import { onOwnRedis } from './own-redis.ts';
import type { Table } from './table.ts';

const PROCESSES = 3;
const CALLS = 2000;
const FIRST_TOKEN_MS = 150;
/** Of the requests that reach the provider. */
const MOST_REFUSED = 0.01;
const TITLE = `${CALLS} calls at once in ${PROCESSES} processes, to a provider with limits`;

/** Whether a burst of calls becomes a queue, or a storm of 429s. */
export const limits = (): Promise<readonly Table[]> =>
  onOwnRedis(TITLE, async (redis) => {
    const wrong: string[] = [];
    const rows = [await rowOf('without limits', false, redis, []), await rowOf('limits', true, redis, wrong)];
    return [
      {
        title: TITLE,
        columns: ['case', 'requests', '429', 'share', 'answered', 'failed', 'seconds', 'of what is allowed'],
        rows,
        notes: [
          `The provider allows ${REQUESTS} requests and ${TOKENS} tokens within any ${WINDOW_MS / 1000} s, which stand for a minute. A call is repeated twice, as AI SDK does by default. The last column is how many were let through from the first to the last of them, of what the provider allows in that time.`,
        ],
        wrong,
      },
    ];
  });

async function rowOf(name: string, limited: boolean, redis: RedisServer, wrong: string[]): Promise<string[]> {
  const provider = await startSimulatedProvider({
    timeToFirstTokenMs: FIRST_TOKEN_MS,
    rateLimit: { requestsPerMinute: REQUESTS, tokensPerMinute: TOKENS, windowMs: WINDOW_MS },
    answer: ({ messages }) => ({ text: 'word '.repeat(50 + (numberIn(messages.at(-1)?.text) % 7) * 20) }),
  });
  const clients = await Promise.all(
    Array.from({ length: PROCESSES }, (_, index) =>
      startClient({
        limited,
        redisUrl: redis.url,
        prefix: `limits-${limited}:`,
        modelUrl: provider.url,
        name: `process ${index}`,
      }),
    ),
  );
  const results = await Promise.all(
    clients.map(({ rush }, index) =>
      rush({ calls: Math.floor(CALLS / PROCESSES) + (index < CALLS % PROCESSES ? 1 : 0) }),
    ),
  );
  await Promise.all(clients.map(({ end }) => end()));
  const { requests, rateLimited } = provider.totals();
  const share = rateLimited / requests;
  const sum = (field: 'answered' | 'failed'): number => results.reduce((all, one) => all + one[field], 0);
  if (share > MOST_REFUSED) wrong.push(`${name}: ${rateLimited} of ${requests} requests were refused`);
  if (sum('answered') !== CALLS) wrong.push(`${name}: ${sum('answered')} calls were answered, not ${CALLS}`);
  const row = [
    name,
    `${requests}`,
    `${rateLimited}`,
    `${(share * 100).toFixed(1)} %`,
    `${sum('answered')}`,
    `${sum('failed')}`,
    (Math.max(...results.map(({ tookMs }) => tookMs)) / 1000).toFixed(1),
    `${(shareOfAllowed(provider) * 100).toFixed(0)} %`,
  ];
  await provider.close();
  return row;
}

/** Of requests or of tokens, whichever is nearer to its limit. */
function shareOfAllowed({ log }: SimulatedProvider): number {
  const passed = log.filter(({ status }) => status === 200);
  const times = passed.map(({ startedAt }) => startedAt);
  const windows = (Math.max(...times) - Math.min(...times)) / WINDOW_MS;
  const tokens = passed.reduce((sum, one) => sum + one.inputTokens + one.outputTokens, 0);
  return Math.max(passed.length / REQUESTS, tokens / TOKENS) / windows;
}

/** The answers to different calls are of different lengths. */
const numberIn = (text = ''): number => Number(/\d+/.exec(text)?.[0] ?? 0);
