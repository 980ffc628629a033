import type { AgentId } from './agent-ids.ts';

/** What a client asks. */
export interface Asked {
  readonly id: string;
  readonly user: string;
  readonly phase: string;
  readonly agent: AgentId;
  readonly text: string;
  readonly number: number;
  /** In which thread, and the how manieth question there. */
  readonly thread?: string;
  readonly turn?: number;
  /** The client goes away in the middle of the stream. */
  readonly leaves?: boolean;
}

export type Way = 'client generate' | 'client stream' | 'chat stream';

/** What came of it. */
export interface CallRecord extends Asked {
  readonly way: Way;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Missing if it failed. */
  readonly answer: string | undefined;
  readonly error?: string;
}
