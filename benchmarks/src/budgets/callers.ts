import { startBenchProcess, type BenchProcess } from '../bench-process.ts';

export const LIMIT_USD = 1;
/** The longest answer, which the caller sets for every call. */
export const MAX_OUTPUT_TOKENS = 100;

/** What holds the limit: this plugin on a store, or Mastra's own processor on its observability storage. */
export type Limiter = 'redis' | 'postgres' | 'mastra';

export interface CallerOptions {
  readonly limiter: Limiter;
  readonly redisUrl: string;
  readonly connectionString: string;
  /** Nobody else uses it. */
  readonly prefix: string;
  readonly modelUrl: string;
  readonly name: string;
}

/** So many callers at once, each of which asks until it is answered, refused for good, or the time is over. */
export interface Rush {
  readonly callers: number;
  readonly retryMs: number;
  readonly forMs: number;
  /** Has a limit of its own. */
  readonly resource: string;
}

export interface RushResult {
  readonly answered: number;
  /** For good: nothing is held that could come free. */
  readonly refused: number;
  readonly tookMs: number;
  /** Attempts that failed in another way: they are repeated. */
  readonly failed: number;
}

export interface Callers {
  rush(rush: Rush): Promise<RushResult>;
  end(): Promise<void>;
}

export async function startCallers(options: CallerOptions): Promise<Callers> {
  const file = new URL('./caller.ts', import.meta.url);
  const { ask, end }: BenchProcess = await startBenchProcess(file, options);
  return { rush: (rush) => ask(rush) as Promise<RushResult>, end };
}
