import type { ModelRequest } from '../pipeline/call.ts';
import type { TokenUsage } from '../pipeline/usage.ts';
import { requestTokens } from './request-tokens.ts';

/** What a call is thought to use, before its answer tells. */
export interface TokenEstimate {
  readonly total: number;
  /** The input by its size alone, from which the model's ratio is learned. */
  readonly sized: number;
}

export interface TokenEstimates {
  of(model: string, request: ModelRequest): TokenEstimate;
  learn(model: string, estimate: TokenEstimate, usage: TokenUsage): void;
}

interface Learned {
  /** Sums that fade: a long prompt tells more of the ratio than a short one. */
  actualInput: number;
  sizedInput: number;
  output: number;
  answers: number;
}

/** What is known before the first answer: the input as it is sized, and an answer of a page. */
const FIRST_INPUT = 500;
const FIRST_OUTPUT = 400;
/** How much an answer counts against all before it; the first ones count more. */
const FADE = 0.05;
/** Models come by name, and there are no more than this. */
const MOST_MODELS = 1000;

export function tokenEstimates(): TokenEstimates {
  const models = new Map<string, Learned>();
  const learnedOf = (model: string): Learned => {
    const known = models.get(model);
    if (known) return known;
    if (models.size >= MOST_MODELS) models.clear();
    const first = { actualInput: FIRST_INPUT, sizedInput: FIRST_INPUT, output: FIRST_OUTPUT, answers: 0 };
    models.set(model, first);
    return first;
  };
  return {
    of(model, request) {
      const { actualInput, sizedInput, output } = learnedOf(model);
      const sized = requestTokens(request);
      const bound = request.maxOutputTokens;
      const most = typeof bound === 'number' && bound >= 1 ? bound : Infinity;
      return { sized, total: Math.ceil((sized * actualInput) / sizedInput + Math.min(output, most)) };
    },
    learn(model, { sized }, { inputTokens, outputTokens }) {
      const learned = learnedOf(model);
      if (sized > 0 && inputTokens > 0) {
        learned.actualInput = learned.actualInput * (1 - FADE) + inputTokens;
        learned.sizedInput = learned.sizedInput * (1 - FADE) + sized;
      }
      learned.answers++;
      const share = Math.max(FADE, 1 / (learned.answers + 1));
      learned.output += (outputTokens - learned.output) * share;
    },
  };
}
