import { setTimeout } from 'node:timers/promises';
import { systems, type SystemName } from '../answering/systems.ts';
import { startBenchProcess, type BenchProcess } from '../bench-process.ts';
import type { Fault, Place } from './faults.ts';
import { figuresOf, type FaultFigures, type Phases } from './figures.ts';
import type { TrafficOptions, TrafficReport } from './traffic.ts';

const STEADY_MS = 3000;
export const RECOVERY_MS = 10_000;

export interface Seen {
  readonly system: SystemName;
  /** Or why there are none. */
  readonly figures: FaultFigures | string;
  /** What the system itself counts. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface Watched {
  readonly fault: Fault;
  readonly seen: readonly Seen[];
}

/** Lets all systems work in processes of their own, puts them through one fault together, and looks what came of it. */
export async function watchFault(fault: Fault, place: Place, faultMs: number): Promise<Watched> {
  const url = `redis://127.0.0.1:${place.proxy.port}`;
  const names = Object.keys(systems) as SystemName[];
  const started = await Promise.allSettled(
    names.map((system, index) => startTraffic({ system, url, prefix: `${fault.name}-${index}` })),
  );
  // Processes that start take the time of those that run already.
  await setTimeout(STEADY_MS);
  const phases = await puttingThrough(fault, place, faultMs);
  await setTimeout(RECOVERY_MS);
  const seen = await Promise.all(
    names.map(async (system, index): Promise<Seen> => {
      try {
        return { system, ...(await reportOf(started[index], phases)) };
      } catch (error) {
        return { system, figures: error instanceof Error ? error.message : String(error), counts: {} };
      }
    }),
  );
  await Promise.all(started.map(async (one) => one.status === 'fulfilled' && one.value.end()));
  return { fault, seen };
}

const startTraffic = (options: TrafficOptions): Promise<BenchProcess> =>
  startBenchProcess(new URL('./traffic.ts', import.meta.url), options);

async function puttingThrough(fault: Fault, place: Place, faultMs: number): Promise<Phases> {
  const steadyFrom = now();
  await setTimeout(STEADY_MS);
  const from = now();
  const end = await fault.begin(place);
  const begunAt = now();
  await setTimeout(Math.max(0, from + faultMs - now()));
  await end();
  const to = now();
  return {
    steady: { from: steadyFrom, to: from },
    fault: { from, to },
    overAt: fault.atOnce ? begunAt : to,
  };
}

async function reportOf(
  started: PromiseSettledResult<BenchProcess> | undefined,
  phases: Phases,
): Promise<Omit<Seen, 'system'>> {
  if (started?.status !== 'fulfilled') throw started?.reason;
  const { samples, counts } = (await started.value.ask({ from: phases.steady.from })) as TrafficReport;
  return { figures: figuresOf(samples, phases), counts };
}

const now = (): number => performance.timeOrigin + performance.now();
