import { wrongWith, wrongWithVector } from '../check-answer.ts';
import { isOfTheTexts } from '../is-of-the-texts.ts';
import { Fatal, messageOf } from './document-error.ts';
import type { AskEmbedder } from './ask-embedder.ts';

/** A vector, or why there is none. */
export type Embedded = { readonly vector: readonly number[] } | { readonly error: unknown };

/** Wrong key, no credit, no such model: it will not be better for the next document. */
const REFUSES_ALL = new Set([401, 402, 403, 404]);

/**
 * A vector for each text, in their order. Where a request fails in a way that may be due to one of its texts, it is halved until that one
 * is alone.
 *
 * @throws Fatal when the embedder refuses whatever it is asked; the reason of the signal when it is aborted.
 */
export async function embedChunks(
  texts: readonly string[],
  ask: AskEmbedder,
  signal: AbortSignal,
): Promise<Embedded[]> {
  const halves = async (): Promise<Embedded[]> => {
    const middle = Math.ceil(texts.length / 2);
    const first = await embedChunks(texts.slice(0, middle), ask, signal);
    return [...first, ...(await embedChunks(texts.slice(middle), ask, signal))];
  };
  try {
    const reply = await ask(texts, signal);
    const wrong = wrongWith(reply, texts.length);
    if (wrong) return texts.length > 1 ? await halves() : [{ error: wrong }];
    return reply.embeddings.map((vector) => {
      const error = wrongWithVector(vector);
      return error ? { error } : { vector };
    });
  } catch (error) {
    if (signal.aborted || error instanceof Fatal) throw error;
    if (REFUSES_ALL.has(statusOf(error)))
      throw new Fatal('embedder', `the embedder refuses requests: ${messageOf(error)}`, { cause: error });
    if (texts.length > 1 && isOfTheTexts(error)) return halves();
    return texts.map(() => ({ error }));
  }
}

function statusOf(error: unknown): number {
  const status: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'statusCode') : 0;
  return typeof status === 'number' ? status : 0;
}
