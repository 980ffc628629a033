import { setTimeout } from 'node:timers/promises';
import type { PostgresServer } from '@mastra-perf/testkit';
import type { Random } from '../random.ts';
import type { HouseProvider, Misfortune } from '../world/house-provider.ts';
import { PACE } from '../world/house-provider.ts';
import type { HouseRedis } from '../world/house-redis.ts';
import type { KilledServer, Servers } from '../world/servers.ts';

/** Makes something go wrong, and right again. */
export type Fault = (lastMs: number) => Promise<unknown>;

export interface FaultParts {
  readonly redis: HouseRedis;
  readonly postgres: PostgresServer;
  readonly provider: HouseProvider;
  readonly servers: Servers;
  readonly random: Random;
  readonly onKilled: (killed: KilledServer) => void;
}

const JUMPS_MS = [600_000, -300_000] as const;

export function houseFaults(parts: FaultParts): Readonly<Record<string, Fault>> {
  const { redis, postgres, provider, servers, random, onKilled } = parts;
  const mishap =
    (share: number, fault: () => ReturnType<Misfortune>): Fault =>
    async (lastMs) => {
      provider.suffer(() => (random.next() < share ? fault() : undefined));
      await setTimeout(lastMs);
      provider.suffer(undefined);
    };
  return {
    ...redis.faults,
    ...(postgres.owned && {
      'postgres restarted': () => postgres.restart(),
    }),
    'process killed': async () => {
      // The others live to the end, so that it can be seen whether they grow.
      const place = servers.running().length - 1;
      onKilled(await servers.kill(place));
      await servers.startAnew(place);
    },
    'provider says 429': mishap(0.5, () => ({ status: 429, retryAfterSeconds: 0.3 })),
    'provider breaks off': mishap(0.3, () => ({ disconnect: { afterTokens: random.below(15) } })),
    'provider is slow': async (lastMs) => {
      provider.server.configure({ timeToFirstTokenMs: 600, tokensPerSecond: 100 });
      await setTimeout(lastMs);
      provider.server.configure(PACE);
    },
    'clock jumps': async (lastMs) => {
      const server = random.pick(servers.running());
      await server.shiftClock(random.pick(JUMPS_MS));
      await setTimeout(lastMs);
      await server.shiftClock(0);
    },
    'provider fails': mishap(0.3, () => ({ status: 500 })),
  };
}
