interface Claim {
  readonly name: string;
  readonly amount: number;
  readonly perMinute: number;
  readonly burst: number;
}

interface Taking {
  take(
    claims: readonly Claim[],
    maxWaitMs: number,
  ): Promise<{ readonly granted: boolean; readonly waitMs: number }>;
}

export type HammeredRate = Omit<Claim, 'amount'>;

export interface Hammering {
  /** At the same time. */
  readonly lanes: number;
  /** Of each lane, one after another, whatever is answered. */
  readonly takes: number;
  readonly maxWaitMs: number;
}

/** What was granted. It begins between two moments, in ms since 1970: when exactly, the store alone knows. */
export interface RateGrant {
  readonly amount: number;
  readonly from: number;
  readonly to: number;
}

const MINUTE_MS = 60_000;

/** Takes 1, 2 and 3 in turn, as fast as it goes. */
export async function hammerRate(
  rates: Taking,
  rate: HammeredRate,
  { lanes, takes, maxWaitMs }: Hammering,
): Promise<RateGrant[]> {
  const grants: RateGrant[] = [];
  const lane = async (): Promise<void> => {
    for (let take = 0; take < takes; take++) {
      const amount = 1 + (take % 3);
      const before = Date.now();
      const { granted, waitMs } = await rates.take([{ ...rate, amount }], maxWaitMs);
      if (granted) grants.push({ amount, from: before + waitMs, to: Date.now() + 1 + waitMs });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return grants;
}

/** How much more than the rule allows was granted in the worst of all rolling windows, at the least; 0 or less is right. */
export function mostOverRate(grants: readonly RateGrant[], { perMinute, burst }: HammeredRate): number {
  const byEnd = grants.toSorted((one, other) => one.to - other.to);
  let most = -Infinity;
  for (const { from: begin } of grants) {
    let sum = 0;
    for (const { amount, from, to } of byEnd) {
      if (from < begin) continue;
      sum += amount;
      most = Math.max(most, sum - burst - ((to - begin) * perMinute) / MINUTE_MS);
    }
  }
  return most;
}
