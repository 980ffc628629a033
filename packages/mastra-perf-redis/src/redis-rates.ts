import { rateCost, type Rates } from 'mastra-perf';
import type { Connection } from './connection.ts';
import type { Keys } from './keys.ts';
import { correctScript, pauseScript, takeScript } from './rate-scripts.ts';

/** Rates of all processes that use this server with this prefix, on the clock of the server. Each operation is one script. */
export function redisRates({ ready }: Pick<Connection, 'ready'>, keys: Keys): Rates {
  const placesOf = (names: readonly string[]): string[] => names.map((name) => keys.rate(name));
  return {
    async take(claims, maxWaitMs) {
      if (claims.length === 0) return { granted: true, waitMs: 0 };
      const costs = claims.map(rateCost).flatMap(({ costMs, sparedMs }) => [costMs, sparedMs]);
      const places = placesOf(claims.map(({ name }) => name));
      const sender = await ready();
      const reply = await sender.run(takeScript, places, [maxWaitMs, ...costs]);
      const [granted, waitMs] = (reply as unknown[]).map(Number) as [number, number];
      return { granted: granted === 1, waitMs };
    },
    async correct(claims) {
      if (claims.length === 0) return;
      const costs = claims.map((claim) => rateCost(claim).costMs);
      const places = placesOf(claims.map(({ name }) => name));
      const sender = await ready();
      await sender.run(correctScript, places, costs);
    },
    async pause(names, ms) {
      if (names.length === 0) return;
      const sender = await ready();
      await sender.run(pauseScript, placesOf(names), [ms]);
    },
  };
}
