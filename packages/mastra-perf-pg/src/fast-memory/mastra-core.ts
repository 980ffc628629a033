/** What of Mastra itself is needed to answer as its own adapter does. */
export interface MastraParts {
  readonly MessageList: new () => ListLike;
  readonly MastraError: new (definition: object, cause?: unknown) => Error;
}

/** In types of our own: those of Mastra would be needed by whoever uses this package without it. */
interface ListLike {
  add(messages: unknown, source: 'memory'): ListLike;
  readonly get: { readonly all: { db(): ReadMessage[] } };
}

export interface ReadMessage {
  readonly createdAt: Date;
}

/** Mastra, loaded at the first need: whoever uses this package for its cache alone may have none beside it. */
export interface MastraCore {
  load(): Promise<MastraParts>;
  /** Once it is loaded. */
  readonly loaded: MastraParts | undefined;
}

export function mastraCore(): MastraCore {
  let loaded: MastraParts | undefined;
  const load = async (): Promise<MastraParts> => {
    const [{ MessageList }, { MastraError }] = await Promise.all([
      import('@mastra/core/agent/message-list'),
      import('@mastra/core/error'),
    ]);
    return (loaded = { MessageList, MastraError } as unknown as MastraParts);
  };
  return {
    load: async () => loaded ?? load(),
    get loaded() {
      return loaded;
    },
  };
}
