import { median } from './median.ts';

export interface Case {
  readonly name: string;
  /** What must be so before the call, and is not measured. */
  readonly prepare?: (round: number) => unknown;
  /** One call; `round` makes its question unlike those of other rounds. */
  readonly run: (round: number) => unknown;
}

/**
 * Median milliseconds of each case. Rounds are interleaved, one call of each case in changing order, so that whatever
 * else the machine does falls on all of them alike.
 */
export async function medians(
  cases: readonly Case[],
  rounds: { readonly warm: number; readonly measured: number },
): Promise<Map<string, number>> {
  const samples = new Map<string, number[]>(cases.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds.warm + rounds.measured; round++) {
    for (let index = 0; index < cases.length; index++) {
      const one = cases[(index + round) % cases.length] as Case;
      if (one.prepare) await one.prepare(round);
      const begun = performance.now();
      await one.run(round);
      if (round >= rounds.warm) samples.get(one.name)?.push(performance.now() - begun);
      // What a call leaves to do for later must not fall on the next one.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return new Map([...samples].map(([name, values]) => [name, median(values)]));
}
