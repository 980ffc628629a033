import type { Leases } from 'mastra-perf';
import type { Connection } from './connection.ts';
import type { Keys } from './keys.ts';
import { withTick } from './mark-scripts.ts';
import { script } from './script.ts';

const acquireScript = withTick(`
if redis.call('EXISTS', KEYS[2]) == 1 then
  return {0, redis.call('PTTL', KEYS[2])}
end
local token = tick(KEYS[1])
redis.call('SET', KEYS[2], token, 'PX', ARGV[1])
return {1, token}
`);

const renewScript = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`);

const releaseScript = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);

/** Tokens are moments of the clock that the cache uses, so they grow for every lease. */
export function redisLeases({ ready }: Pick<Connection, 'ready'>, keys: Keys): Leases {
  return {
    async acquire(name, ttlMs) {
      const sender = await ready();
      const reply = await sender.run(acquireScript, [keys.marks, keys.lease(name)], [wholeMs(ttlMs)]);
      const [granted, value] = (reply as unknown[]).map(Number) as [number, number];
      return granted === 1
        ? { granted: true, lease: { name, token: value } }
        : { granted: false, expiresInMs: Math.max(0, value) };
    },
    async renew({ name, token }, ttlMs) {
      const sender = await ready();
      return Number(await sender.run(renewScript, [keys.lease(name)], [token, wholeMs(ttlMs)])) === 1;
    },
    async release({ name, token }) {
      const sender = await ready();
      return Number(await sender.run(releaseScript, [keys.lease(name)], [token])) === 1;
    },
  };
}

/** Redis refuses parts of a millisecond, and nothing. */
const wholeMs = (ms: number): number => Math.max(1, Math.ceil(ms));
