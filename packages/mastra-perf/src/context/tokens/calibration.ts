import { LRUCache } from 'lru-cache';

/** What reported usage has taught about a model's estimates. */
export interface Calibration {
  /** What estimates of this model are to be multiplied with. */
  factorOf(name: string): number;
  /** Takes one call into account: what was estimated, before any factor, and what the provider reported. */
  learn(name: string, estimated: number, reported: number): void;
}

const MAX_MODELS = 500;
const LEAST = 0.5;
const MOST = 2;
/** In small prompts what stands around the text weighs more than the text. */
const LEAST_TOKENS = 64;
/** Beyond this it was not the tokenizer: cached tokens left out, a file that was fetched, a prompt that was changed on its way. */
const FAR = 3;
/** How far one call can move what is known, once a few have been seen. */
const STEP = 1.15;
const NEW = 3;
const WEIGHT = 0.15;

/**
 * A moving average of the reported tokens over the estimated ones, per model. The first calls weigh more. Between 0.5 and 2.
 */
export function createCalibration(): Calibration {
  const models = new LRUCache<string, { readonly factor: number; readonly seen: number }>({
    max: MAX_MODELS,
  });
  return {
    factorOf: (name) => models.get(name)?.factor ?? 1,
    learn(name, estimated, reported) {
      const ratio = reported / estimated;
      if (!(estimated >= LEAST_TOKENS) || !(ratio >= 1 / FAR && ratio <= FAR)) return;
      const { factor, seen } = models.get(name) ?? { factor: 1, seen: 0 };
      const bounded = seen < NEW ? ratio : Math.min(factor * STEP, Math.max(factor / STEP, ratio));
      const weight = Math.max(WEIGHT, 1 / (seen + 2));
      const next = factor + weight * (bounded - factor);
      models.set(name, { factor: Math.min(MOST, Math.max(LEAST, next)), seen: seen + 1 });
    },
  };
}
