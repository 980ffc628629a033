import type { Cause } from '../pipeline/call.ts';
import type { Conversation } from '../pipeline/conversation.ts';
import type { EmbedDoor } from '../pipeline/embedder-proxy.ts';
import type { ModelLike } from '../pipeline/model-proxy.ts';

/** A route of Mastra's server. */
export interface HttpRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly requiresAuth: boolean;
  respond(
    request: Request,
    asker: { readonly hasAuth: boolean; readonly isKnown: boolean },
  ): Promise<Response>;
}

/** The parts of Mastra that are touched, by their smallest shape: two copies of its classes can meet in one process. */
export interface MastraLike {
  listAgents(): Record<string, unknown>;
  addAgent(agent: unknown, key?: string, ...rest: unknown[]): unknown;
  listMemory?(): Record<string, unknown> | undefined;
  addMemory?(memory: unknown, key?: string): void;
  getStorage?(): unknown;
  getIdGenerator?(): unknown;
  listWorkflows?(): Record<string, unknown>;
  listVectors?(): unknown;
}

export interface RequestContextLike {
  get(key: string): unknown;
}

export interface AgentLike {
  readonly id: string;
  getMastraInstance?(): MastraLike | undefined;
}

/** Ids that tell whose a run is; the first of each kind counts, all of them separate. */
export interface RunIds {
  readonly resources: readonly string[];
  readonly threads: readonly string[];
}

/** One run of an agent of an installed Mastra. All that works for it shares its request context. */
export interface Run {
  readonly mastra: MastraLike;
  readonly requestContext: RequestContextLike | undefined;
  /** What the run's own model calls have told, which may be more than its request context does. */
  ids?: RunIds;
  /** Id of the agent that last asked a model in it. */
  agent?: string;
}

/** One call of an agent, with the ids that its options and its context tell. */
export interface AgentRun {
  readonly mastra: MastraLike;
  readonly agent: string;
  readonly requestContext: RequestContextLike | undefined;
  readonly told: RunIds;
  /** What it was given when it asked for its memory. */
  memory?: unknown;
  /** Found with the first model call; `null` where there is none. */
  conversation?: Conversation | null;
}

/** For whom and why code works that is not the agent's own: processors, tools, titles. */
export interface Behalf {
  readonly run: Run;
  readonly cause?: Cause | undefined;
}

/** Where a model call comes from, as far as it is known when its model is resolved. */
export interface Origin {
  readonly agentId: string;
  readonly requestContext: RequestContextLike | undefined;
  readonly run?: Run | undefined;
  /** The run on whose behalf an internal agent works (moderation, summaries, structured output), which tells no ids itself. */
  readonly behalf?: Run | undefined;
  readonly cause?: Cause | undefined;
  readonly conversation?: (() => Conversation | undefined) | undefined;
}

/** For whom texts are embedded, as far as it is known. */
export interface EmbedOrigin extends Pick<Origin, 'requestContext' | 'behalf'> {
  readonly agentId: string;
  readonly ids: RunIds;
}

/** What is done for the storage of a Mastra, and of memories that bring their own. */
export interface StorageHost {
  /** From now on. Again for the same storage it does nothing. */
  adopt(storage: unknown): void;
  /** A run, of a workflow or an agent, has got this id, which no other run ever had. */
  runBorn(runId: string): void;
  /** Leaves all storages as they were. */
  release(): void;
}

/** What one installed plugin does for one Mastra; the protocol between copies of this package. */
export interface Host {
  readonly wrap: (model: ModelLike, origin: Origin) => ModelLike;
  /** A request to an embedding model. */
  readonly embed: (...call: [...Parameters<EmbedDoor>, EmbedOrigin]) => ReturnType<EmbedDoor>;
  /** To be added to Mastra's server. */
  readonly routes?: readonly HttpRoute[];
  /** Absent when the storage is left as it is. */
  readonly storage?: StorageHost;
}
