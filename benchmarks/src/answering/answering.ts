/** Answers questions from a cache with a model behind it, as one process of an app would. */
export interface Answering {
  ask(question: string): Promise<string>;
  close(): Promise<unknown>;
  /** What the system itself counts of its store. */
  counts?(): unknown;
}

export interface AnsweringOptions {
  /** Without one, there is only the memory of this process. */
  readonly url?: string | undefined;
  /** Begins every key. */
  readonly prefix: string;
  readonly model: (question: string) => Promise<string>;
}

export type OpenAnswering = (options: AnsweringOptions) => Answering;

export const TTL_MS = 600_000;
