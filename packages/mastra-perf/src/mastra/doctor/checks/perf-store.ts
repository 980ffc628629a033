import type { Clock } from '../../../base/clock.ts';
import { defineCheck, type Check } from '../check.ts';
import type { StoreLike } from '../installation.ts';
import { reasonOf } from '../reason.ts';
import type { Finding } from '../report.ts';

/** The first answer may have to wait for a connection. */
const ATTEMPTS = 3;

/** Whether the store of the plugin answers, and within the time that calls give it. */
export const perfStore = (store: StoreLike | undefined, timeoutMs: number): Check =>
  defineCheck({
    name: 'perf-store',
    absent: 'the plugin has no store',
    subjects: () => (store ? [{ where: `store ${JSON.stringify(store.name)}`, store }] : []),
    async examine({ where, store: asked }: { readonly where: string; readonly store: StoreLike }, clock) {
      let ms: number;
      try {
        ms = await roundTrip(asked, clock);
      } catch (error) {
        return [away(where, error)];
      }
      return ms > timeoutMs / 2 ? [slow(where, ms, timeoutMs)] : [];
    },
  });

async function roundTrip(store: StoreLike, clock: Clock): Promise<number> {
  let best = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const begun = clock.monotonic();
    await store.health();
    best = Math.min(best, clock.monotonic() - begun);
  }
  return best;
}

const away = (where: string, error: unknown): Finding => ({
  code: 'MASTRA_PERF_STORE_AWAY',
  severity: 'problem',
  where,
  what: `The store does not answer: ${reasonOf(error)}. Calls go on without it, and no process knows what another one has stored.`,
  fix: "Look at perf.on('storeFailure', …), and at the address that the store was given",
});

const slow = (where: string, ms: number, timeoutMs: number): Finding => ({
  code: 'MASTRA_PERF_STORE_SLOW',
  severity: ms > timeoutMs ? 'problem' : 'advice',
  where,
  what: `The fastest of ${ATTEMPTS} round trips took ${ms.toFixed(1)} ms, and a call waits ${timeoutMs} ms for the store before it goes on without it.`,
  fix: `A store nearer to this process, or createPerf({ storeTimeout: ${Math.ceil(ms * 4)} })`,
});
