import { systems, type SystemName } from '../answering/systems.ts';
import { benchOptions, serve } from '../bench-process.ts';

/*
 * One process with the traffic of one system: arrivals on a schedule that waits for no answer. New questions go to one
 * instance; the next arrival asks another instance, with memory and connections of its own, what the first was asked a
 * moment ago. So half of all calls are answered by the store while it works, and every call goes to it. Beside each call the
 * same one is made without a store.
 */

export interface TrafficOptions {
  readonly system: SystemName;
  readonly url: string;
  readonly prefix: string;
}

/** One call. Times are milliseconds since the epoch. */
export interface Sample {
  readonly at: number;
  /** How much later than planned it was made. */
  readonly lateMs: number;
  readonly withStore: boolean;
  /** When the same question was asked of the other instance, if it was. */
  readonly askedBeforeAt?: number;
  /** Absent while it has no answer. */
  tookMs?: number;
  outcome: 'pending' | 'answered' | 'wrong' | 'failed';
  /** Whether the model was not asked. */
  hit: boolean;
}

export interface TrafficReport {
  readonly samples: readonly Sample[];
  /** What the system counts of its store, summed over both instances. */
  readonly counts: Readonly<Record<string, number>>;
}

/** 50 calls a second. */
const EVERY_MS = 20;
/** Odd, so that a repeated question is one that was new; 220 ms. */
const LAG = 11;

const { system, url, prefix } = benchOptions<TrafficOptions>();
const open = await systems[system]();
const asked = new Map<string, number>();
const timesAsked = (id: string): number => asked.get(id) ?? 0;
const model = (id: string) => async (question: string) => {
  asked.set(`${id} ${question}`, timesAsked(`${id} ${question}`) + 1);
  return `answer to ${question}`;
};
const pairs = [
  {
    id: 'with',
    instances: [open({ url, prefix, model: model('with') }), open({ url, prefix, model: model('with') })],
  },
  {
    id: 'without',
    instances: [open({ prefix, model: model('without') }), open({ prefix, model: model('without') })],
  },
] as const;

const samples: Sample[] = [];
const now = (): number => performance.timeOrigin + performance.now();

async function call(n: number, index: 0 | 1, plannedAt: number): Promise<void> {
  const { id, instances } = pairs[index];
  const repeated = n % 2;
  const question = `question ${repeated ? n - LAG : n}`;
  const before = timesAsked(`${id} ${question}`);
  const at = now();
  const sample: Sample = {
    at,
    lateMs: at - plannedAt,
    withStore: index === 0,
    ...(repeated && { askedBeforeAt: at - LAG * EVERY_MS }),
    outcome: 'pending',
    hit: false,
  };
  samples.push(sample);
  try {
    const answer = await instances[repeated ? 1 : 0].ask(question);
    sample.outcome = answer === `answer to ${question}` ? 'answered' : 'wrong';
    sample.hit = timesAsked(`${id} ${question}`) === before;
  } catch {
    sample.outcome = 'failed'; // how many is what the table tells
  }
  sample.tookMs = now() - at;
}

/** Two calls each turn, half a turn apart: neither stands in the way of the other. */
function keepCalling(begunAt: number): void {
  let n = 0;
  const turn = (): void => {
    const planned = begunAt + (n * EVERY_MS) / 2;
    void call(Math.floor(n / 2), n % 2 === 0 ? 0 : 1, planned);
    n++;
    setTimeout(turn, Math.max(0, begunAt + (n * EVERY_MS) / 2 - now()));
  };
  turn();
}

for (const { instances } of pairs) for (const instance of instances) await instance.ask('warm up');
keepCalling(now());
serve<{ from: number }>(async ({ from }) => ({
  samples: samples.filter(({ at }) => at >= from),
  counts: sums(pairs[0].instances.map((instance) => instance.counts?.() ?? {})),
}));

function sums(all: readonly object[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const [name, value] of all.flatMap((one) => Object.entries(one) as [string, unknown][]))
    if (typeof value === 'number' && name !== 'since') total[name] = (total[name] ?? 0) + value;
  return total;
}
