import { isRecord } from '../base/record.ts';

/** What the model has said to one item. */
export interface RawAnswer {
  readonly response: unknown;
  readonly confidence: number;
}

export type Matched = RawAnswer | 'unanswered' | 'invalid';

/**
 * The answers to these ids, in their order. An id that is answered twice has no answer, since nobody can know which is meant; ids that were
 * not asked count for nothing.
 *
 * @param text what the model has said: Mastra completes JSON that breaks off, and half a response is none
 */
export function matchAnswers(ids: readonly string[], object: unknown, text: unknown): Matched[] {
  const answers = listOf(object);
  const known = new Map<string, Matched>();
  answers.forEach((answer, at) => {
    if (!isRecord(answer) || typeof answer.id !== 'string') return;
    const isCut = at === answers.length - 1 && Object.keys(answer).at(-1) !== 'confidence' && !isJson(text);
    known.set(answer.id, known.has(answer.id) ? 'unanswered' : isCut ? 'invalid' : read(answer));
  });
  return ids.map((id) => known.get(id) ?? 'unanswered');
}

function read({ response, confidence }: Record<string, unknown>): Matched {
  if (response === undefined || typeof confidence !== 'number' || !Number.isFinite(confidence))
    return 'invalid';
  return { response, confidence: Math.min(1, Math.max(0, confidence)) };
}

const listOf = (object: unknown): readonly unknown[] => {
  const answers = isRecord(object) ? object.answers : undefined;
  return Array.isArray(answers) ? answers : [];
};

function isJson(text: unknown): boolean {
  if (typeof text !== 'string') return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // that is the question
  }
}
