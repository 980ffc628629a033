import { readConversations, spoken, type Conversation } from './conversations.ts';

export interface Asked {
  readonly text: string;
  readonly vector: Float32Array;
  readonly evidence: readonly string[];
}

/** A conversation with the vectors of what is said and asked. */
export interface Embedded {
  readonly conversation: Conversation;
  readonly vectors: readonly Float32Array[];
  readonly asked: readonly Asked[];
  /** By text. */
  readonly vectorOf: ReadonlyMap<string, Float32Array>;
}

export async function readEmbedded(folder: string): Promise<readonly Embedded[]> {
  // Loading the model takes long, and the other benches do not need it.
  const { localVectors } = await import('./local-vectors.ts');
  const embedded: Embedded[] = [];
  for (const conversation of readConversations(folder)) {
    const { messages, questions } = conversation;
    const texts = [...messages.map(spoken), ...questions.map(({ question }) => question)];
    const vectors = await localVectors(texts);
    const asked = questions.map(({ question, evidence }, index) => ({
      text: question,
      vector: vectors[messages.length + index] ?? new Float32Array(),
      evidence,
    }));
    const vectorOf = new Map(texts.map((text, index) => [text, vectors[index] ?? new Float32Array()]));
    embedded.push({ conversation, vectors: vectors.slice(0, messages.length), asked, vectorOf });
  }
  return embedded;
}
