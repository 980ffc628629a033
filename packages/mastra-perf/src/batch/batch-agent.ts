/**
 * What is needed of an agent: Mastra's `Agent` has it. The parameters are `never` because the types of Mastra's `generate` differ
 * between releases; what is passed is a {@link BatchCall}.
 */
export interface BatchAgentLike {
  generate(messages: never, options: never): PromiseLike<unknown>;
  /** Without it, or when it gives none, nothing is read from or stored in threads. */
  getMemory?(options: never): unknown;
}

/** The options of one call of an agent. */
export interface BatchCall {
  readonly [option: string]: unknown;
  readonly system: unknown;
  readonly structuredOutput: Readonly<Record<string, unknown>>;
  readonly abortSignal: AbortSignal;
  readonly requestContext?: object;
  readonly memory: {
    readonly thread: string;
    readonly resource: string;
    readonly options: { readonly readOnly: true };
  } | null;
}

/** The fields of Mastra's result that are read. */
export interface BatchReply {
  readonly object?: unknown;
  readonly text?: unknown;
  readonly totalUsage?: unknown;
  readonly usage?: unknown;
}

/** What is needed of a memory: Mastra's `MastraMemory` has it. */
export interface BatchMemory {
  getThreadById(args: { readonly threadId: string }): PromiseLike<BatchThread | null | undefined>;
  createThread(args: { readonly threadId: string; readonly resourceId: string }): PromiseLike<unknown>;
  saveMessages(args: { readonly messages: readonly ThreadMessage[] }): PromiseLike<unknown>;
}

export interface BatchThread {
  readonly resourceId?: unknown;
}

/** A message as Mastra stores it. */
export interface ThreadMessage {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  readonly type: 'text';
  readonly createdAt: Date;
  readonly threadId: string;
  readonly resourceId: string;
  readonly content: {
    readonly format: 2;
    readonly parts: readonly [{ readonly type: 'text'; readonly text: string; readonly createdAt: number }];
    readonly content: string;
    readonly metadata?: Readonly<Record<string, unknown>>;
  };
}

const METHODS = ['getThreadById', 'createThread', 'saveMessages'] as const;

/** The memory of an agent, if it has one. Rejects as the agent does. */
export async function memoryOf(
  agent: BatchAgentLike,
  contextOf: () => object | undefined,
): Promise<BatchMemory | undefined> {
  if (typeof agent.getMemory !== 'function') return undefined;
  const requestContext = contextOf();
  const options = requestContext === undefined ? {} : { requestContext };
  const memory: unknown = await agent.getMemory(options as never);
  return isMemory(memory) ? memory : undefined;
}

const isMemory = (value: unknown): value is BatchMemory =>
  typeof value === 'object' &&
  value !== null &&
  METHODS.every((method) => typeof Reflect.get(value, method) === 'function');
