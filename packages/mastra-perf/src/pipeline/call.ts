import type { Conversation } from './conversation.ts';
import type { PartReader } from './reader.ts';

/** Which model a call goes to. */
export interface ModelIdentity {
  readonly provider: string;
  readonly modelId: string;
  readonly specification: string;
  /** Base URL, where the model tells it: one id can be served by two places. */
  readonly endpoint?: string;
}

/**
 * What a call is for: an answer; the title of a thread; observational memory; a processor, such as moderation; a tool, such as an agent
 * that is delegated to; an embedding.
 */
export type Purpose = 'answer' | 'title' | 'memory' | 'processor' | 'tool' | 'embedding';

/** Why a call is made that is not an answer of the agent that was asked. */
export interface Cause {
  /** Id of the agent that was asked. */
  readonly agent: string;
  readonly purpose: Purpose;
}

/** Who calls, as far as it is known at the model's boundary. */
export interface Caller {
  /** Id of the agent, or the name given to `perf.model()`. */
  readonly agent: string;
  readonly resource?: string;
  readonly thread?: string;
  readonly user?: string;
  readonly cause?: Cause;
  /** Callers with different scopes never share an answer. */
  readonly scope: readonly string[];
}

/** What `perf.context()` sets for the calls of one run. */
export interface CallOverrides {
  readonly cache?: 'default' | 'bypass' | 'refresh' | 'only-if-cached' | false;
  readonly coalesce?: false;
  readonly usage?: false;
  readonly latency?: false;
  readonly context?: false;
  readonly embeddings?: false;
  readonly limits?: false;
  readonly priority?: 'high' | 'normal' | 'low';
  readonly ttlMs?: number;
  readonly tags?: readonly string[];
  readonly scope?: string;
  readonly user?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface PromptMessage {
  readonly role: string;
  readonly content: unknown;
  readonly providerOptions?: Readonly<Record<string, unknown>>;
}

/** Call options of a language model. Only the fields that this package reads are named; all others are kept as they are. */
export interface ModelRequest {
  readonly prompt: readonly PromptMessage[];
  readonly abortSignal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly providerOptions?: Readonly<Record<string, unknown>>;
  readonly responseFormat?: { readonly type: string };
  readonly [field: string]: unknown;
}

export type Method = 'generate' | 'stream';

/** What a model's answer carries beside its parts. */
export interface ReplyHead {
  readonly request?: unknown;
  readonly response?: Readonly<Record<string, unknown>>;
  readonly warnings?: unknown;
  readonly [field: string]: unknown;
}

export interface Reply {
  readonly head: ReplyHead;
  readonly parts: PartReader;
}

/** One model call on its way through the pipeline. Middlewares derive a changed copy; `facts` is shared by all copies. */
export interface ModelCall {
  readonly method: Method;
  readonly model: ModelIdentity;
  readonly request: ModelRequest;
  readonly caller: Caller;
  readonly overrides: CallOverrides;
  /** Hash of everything that reaches the provider, with agent and scope, computed on first use; or that of another request. */
  readonly key: (request?: ModelRequest) => string;
  /** What is stored of the conversation; absent, or `undefined`, where that is not known. */
  readonly conversation?: () => Conversation | undefined;
  readonly facts: CallFacts;
  /** Asks the real model. */
  readonly invoke: (request: ModelRequest, method: Method) => Promise<Reply>;
}

/**
 * How a call was answered: by the model, from the cache, from the cache although the answer is old, from the cache by the answer to a
 * question that asks the same, by a call under way, or by the model because it should not be cached.
 */
export type OutcomeName = 'miss' | 'hit' | 'stale' | 'semantic' | 'shared' | 'bypass';

/** What the middlewares know of the outcome while a call runs. */
export interface OutcomeFacts {
  name: OutcomeName;
  /** Where a stored answer was found: in the memory of this process, or in the store behind it. */
  tier?: 'l1' | 'l2';
  ageMs?: number;
  /** Milliseconds that were not waited for. */
  savedMs?: number;
  semantic?: SemanticFacts;
}

/** To which other question an answer was given. */
export interface SemanticFacts {
  /** Cosine of the angle between the vectors of the two questions. */
  readonly similarity: number;
  /** How sure it was that both have one answer, from 0 to 1. */
  readonly score: number;
  /** The other question; left out where users with different resource ids share answers. */
  readonly question?: string;
  /** Names of the guards that let the pair pass. */
  readonly guards: readonly string[];
  /** Whether `verify`, or feedback before, said that it is right. */
  readonly verified: boolean;
  /** For `perf.cache.feedback()`. */
  readonly feedback: string;
}

/** A message that was put into a prompt again. */
export interface RecalledMessage {
  readonly id: string;
  /** What counted most: words of the question, its meaning, who speaks, or what the messages around it match. */
  readonly why: 'words' | 'meaning' | 'speaker' | 'nearby';
  readonly relevance: number;
}

/** What was done to a prompt. */
export interface ContextFacts {
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** Tokens that the prompt may have; absent where there is no limit. */
  readonly budget?: number;
  readonly keptMessages: number;
  readonly droppedMessages: number;
  /** Results of tools that are shorter than they were. */
  readonly cutResults?: number;
  /** What stands for the first of the messages that were left out. */
  readonly summary?: { readonly tokens: number; readonly messages: number };
  readonly recalled?: { readonly tokens: number; readonly messages: readonly RecalledMessage[] };
  /** What must not be left out is too long by itself. */
  readonly isTooLong: boolean;
}

/** What was done so that the provider's prompt cache serves a call. */
export interface PromptCacheFacts {
  /** Markers that were added to those of the request. */
  readonly markers?: number;
  /** `prompt_cache_key` of OpenAI. */
  readonly key?: string;
  readonly sortedTools?: true;
}

/** What middlewares tell each other. */
export interface CallFacts {
  outcome: OutcomeFacts;
  /** Absent where the prompt is as it was. */
  context?: ContextFacts;
  /** Absent where the request went on as it was. */
  promptCache?: PromptCacheFacts;
  /** Milliseconds for which it waited for its turn; absent where it did not. */
  queuedMs?: number;
  /** The store did not answer this call: nothing waits for it once more. */
  storeAway?: boolean;
  /** Whether other processes can read the answer, told once that is decided; absent when nobody tries to store it. */
  shared?: Promise<boolean>;
  /** Why the answer is not the one that was asked for, and must not be stored: another model gave it, or it was cut short. */
  unlike?: string;
}

export type Next = (call?: ModelCall) => Promise<Reply>;

export interface Middleware {
  readonly name: string;
  run(call: ModelCall, next: Next): Promise<Reply>;
}
