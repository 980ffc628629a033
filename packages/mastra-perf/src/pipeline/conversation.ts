/** A message as a memory has it stored, as far as it is text. */
export interface StoredMessage {
  readonly id: string;
  readonly role: string;
  /** Its parts that are text. */
  readonly texts: readonly string[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly thread: string | undefined;
}

/** Makes vectors of texts, all of one model. */
export interface TextEmbedder {
  /** Names the model: vectors of two models are not compared. */
  readonly model: string;
  /** Of each text, in their order. */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
  /** Those that the memory has stored of these messages; `like` is any vector of the same model. */
  stored(ids: readonly string[], like: Float32Array): Promise<ReadonlyMap<string, Float32Array>>;
}

/** One thread of a resource, or all threads of it. */
export type Reach = 'thread' | 'resource';

export interface StoredPage {
  readonly messages: readonly StoredMessage[];
  readonly isLast: boolean;
}

/** What is stored of the conversation that a call belongs to, and of nobody else's. All calls of one run have the same one. */
export interface Conversation {
  /** Where it is stored: conversations of two storages may have the same names. */
  readonly storage: object;
  readonly thread: string;
  readonly resource: string | undefined;
  /** Messages that are not older than `from`, oldest first, a page of them; in the reach of a thread if there is no resource. */
  page(reach: Reach, from: number | undefined, page: number): Promise<StoredPage>;
  /** As they are now; those that are gone, or not in reach, are missing. */
  byId(reach: Reach, ids: readonly string[]): Promise<readonly StoredMessage[]>;
  /** Of the memory; absent where it has none. */
  readonly embedder?: TextEmbedder;
}
