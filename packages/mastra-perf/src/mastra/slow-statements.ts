import { isObject } from '../base/record.ts';
import { field, hasMethods, layersOf } from './doctor/shapes.ts';

/** A statement of a storage that took long, as its pool tells of it. */
export interface SlowStatement {
  /** Without any value: `?` stands for each. */
  readonly text: string;
  readonly durationMs: number;
  /** Code of the error, if it failed. */
  readonly failed?: string;
}

interface PoolMonitorLike {
  on(event: 'slow', listener: (statement: unknown) => void): () => void;
}

/**
 * Listens to the pools of storages that tell of slow statements, as `monitoredPool()` of mastra-perf-pg does: to each once, however
 * many storages share it. What is returned takes a storage and gives what ends the listening.
 */
export function slowStatements(
  tell: (statement: SlowStatement) => void,
): (storage: object) => ReadonlyArray<() => void> {
  const heard = new WeakSet<object>();
  return (storage) =>
    poolsOf(storage).flatMap((pool) => {
      const monitor = field(pool, 'monitor');
      if (heard.has(pool) || !isMonitor(monitor)) return [];
      heard.add(pool);
      const undo = monitor.on('slow', (statement) => {
        if (isSlowStatement(statement)) tell(statement);
      });
      return [
        () => {
          heard.delete(pool);
          undo();
        },
      ];
    });
}

const poolsOf = (storage: object): object[] =>
  layersOf(storage)
    .flatMap((layer) => [field(layer, 'pool'), field(layer, 'readPool')])
    .filter(isObject);

const isMonitor = (value: unknown): value is PoolMonitorLike => hasMethods(value, 'on', 'snapshot');

const isSlowStatement = (value: unknown): value is SlowStatement =>
  typeof field(value, 'text') === 'string' && typeof field(value, 'durationMs') === 'number';
