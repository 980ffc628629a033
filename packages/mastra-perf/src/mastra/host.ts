import type { ModelLike } from '../pipeline/model-proxy.ts';

/** The parts of Mastra that are touched, by their smallest shape: two copies of its classes can meet in one process. */
export interface MastraLike {
  listAgents(): Record<string, unknown>;
  addAgent(agent: unknown, key?: string, ...rest: unknown[]): unknown;
}

export interface RequestContextLike {
  get(key: string): unknown;
}

export interface AgentLike {
  readonly id: string;
  getMastraInstance?(): MastraLike | undefined;
}

/** Where a model call comes from, as far as it is known when its model is resolved. */
export interface Origin {
  readonly agentId: string;
  readonly requestContext: RequestContextLike | undefined;
  /** Request context of the run on whose behalf an internal agent works (moderation, summaries), which has none itself. */
  readonly behalf?: RequestContextLike | undefined;
}

/** What one installed plugin does for one Mastra; the protocol between copies of this package. */
export interface Host {
  readonly wrap: (model: ModelLike, origin: Origin) => ModelLike;
}
