import type { PromRegistryLike } from './metrics-types.ts';
import type { PromFamily } from './prometheus-families.ts';

/**
 * Adds families to a registry of `prom-client`, which asks each of its metrics for its samples when it is read. It takes one by its
 * shape: a name, and `get()`.
 */
export function addToRegistry(registry: PromRegistryLike, families: () => readonly PromFamily[]): () => void {
  // One reading of the registry asks for each family, all in one turn: they are made once.
  let made: readonly PromFamily[] | undefined;
  const current = (): readonly PromFamily[] => {
    if (!made) {
      made = families();
      queueMicrotask(() => (made = undefined));
    }
    return made;
  };
  const names = families().map(({ name }) => name);
  const metrics = families().map(({ name: ours, type, help }) => ({
    // For OpenMetrics the registry takes `_total` away from the name of a counter, and adds it where it tells the samples.
    name: ours,
    type,
    help,
    aggregator: 'sum',
    reset: () => undefined,
    async get() {
      const samples = current().find(({ name }) => name === ours)?.samples ?? [];
      const values = samples.map(({ suffix, labels, value }) => ({
        labels,
        value,
        ...(suffix !== '' && { metricName: this.name + suffix }),
      }));
      return { name: this.name, type, help, aggregator: 'sum', values };
    },
  }));
  for (const metric of metrics) registry.registerMetric(metric as never);
  return () => {
    for (const name of names) registry.removeSingleMetric(name);
  };
}
