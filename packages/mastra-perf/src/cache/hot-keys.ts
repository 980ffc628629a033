/** Counts which answers are given most often: bounded, so that the rarest of very many are forgotten. */
export interface HotKeys {
  hit(key: string): void;
  /** Hits since the last `take()`. */
  hits(): number;
  /** What was counted since the last time. */
  take(): ReadonlyMap<string, number>;
}

export function createHotKeys(maxKeys = 2_000): HotKeys {
  let counts = new Map<string, number>();
  let hits = 0;

  const halve = (): void => {
    for (const [key, count] of counts) {
      if (count < 2) counts.delete(key);
      else counts.set(key, count / 2);
    }
  };

  return {
    hit(key) {
      hits++;
      if (!counts.has(key)) while (counts.size >= maxKeys) halve();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    hits: () => hits,
    take() {
      const taken = counts;
      counts = new Map();
      hits = 0;
      return taken;
    },
  };
}
