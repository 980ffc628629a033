import type { SystemName } from '../answering/systems.ts';
import { startBenchProcess } from '../bench-process.ts';

export interface MemberOptions {
  readonly system: SystemName;
  readonly redisUrl: string;
  readonly prefix: string;
  readonly modelUrl: string;
  readonly name: string;
}

/** What a process is told: so many equal calls at once. */
export interface Rush {
  readonly question: string;
  readonly calls: number;
}

export interface RushResult {
  readonly answered: number;
  readonly wrong: number;
  readonly failed: number;
  readonly longestMs: number;
}

export interface Member {
  readonly name: string;
  /** Rejects when the process ends before it has the answers. */
  rush(rush: Rush): Promise<RushResult>;
  kill(): void;
  end(): Promise<void>;
}

/** Starts a process of its own for one system, which has connected to all that it needs. */
export async function startMember(options: MemberOptions): Promise<Member> {
  const { ask, kill, end } = await startBenchProcess(new URL('./member.ts', import.meta.url), options);
  return { name: options.name, rush: (rush) => ask(rush) as Promise<RushResult>, kill, end };
}
