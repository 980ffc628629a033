import { countedModel, type ModelReference } from '../tokens/counted-model.ts';
import { estimateText } from '../tokens/estimate-text.ts';
import type { CountText } from './cut-text.ts';

/** Estimates are this much too low at worst for most texts: see `docs/tokens.md`. */
const MARGIN = 1.2;

/**
 * An upper estimate that needs nothing loaded and learns nothing: the same text has the same count in every process and at any
 * time, so that what is cut by it is cut in the same place each time.
 */
export function steadyCount(model: ModelReference): CountText {
  const { family } = countedModel(model);
  return (text) => Math.ceil(estimateText(text, family) * MARGIN);
}

/** Any current model of OpenAI has its vocabulary. */
export const DEFAULT_MODEL = 'openai/gpt-5-mini';
