import { startBenchProcess, type BenchProcess } from '../bench-process.ts';

/** What a provider allows in its "minute", which is shorter here. */
export const WINDOW_MS = 8000;
export const REQUESTS = 600;
export const TOKENS = 90_000;

export interface ClientOptions {
  /** Whether calls wait for what the provider allows, or are sent as they come. */
  readonly limited: boolean;
  readonly redisUrl: string;
  /** Nobody else uses it. */
  readonly prefix: string;
  readonly modelUrl: string;
  readonly name: string;
}

/** So many calls at once. */
export interface Rush {
  readonly calls: number;
}

export interface RushResult {
  readonly answered: number;
  readonly failed: number;
  readonly tookMs: number;
}

export interface Client {
  rush(rush: Rush): Promise<RushResult>;
  end(): Promise<void>;
}

export async function startClient(options: ClientOptions): Promise<Client> {
  const file = new URL('./client.ts', import.meta.url);
  const { ask, end }: BenchProcess = await startBenchProcess(file, options);
  return { rush: (rush) => ask(rush) as Promise<RushResult>, end };
}
