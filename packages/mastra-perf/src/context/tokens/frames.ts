import type { Family } from './counted-model.ts';

/** Tokens that stand around what is sent. */
export interface Frame {
  readonly perRequest: number;
  readonly perMessage: number;
  /** Around a tool call or a result, beside the message it is in. */
  readonly perCall: number;
  /** Once there are tools, and for each of them. */
  readonly withTools: number;
  readonly perTool: number;
}

/**
 * OpenAI: three for a message, one for its role, three to begin the answer ("How to count tokens with tiktoken", OpenAI Cookbook);
 * of the nine around all tools a system message saves four, and agents have one (its examples count 101 and 105 with a tool). Anthropic: a message of one token counts eight, and tools begin with 346 by its
 * documentation. Google counts the text alone. The others: their published chat templates.
 */
const FRAMES: Readonly<Record<Family, Frame>> = {
  o200k: { perRequest: 3, perMessage: 4, perCall: 8, withTools: 5, perTool: 0 },
  cl100k: { perRequest: 3, perMessage: 4, perCall: 8, withTools: 5, perTool: 0 },
  claude: { perRequest: 4, perMessage: 3, perCall: 30, withTools: 346, perTool: 20 },
  claudeNext: { perRequest: 4, perMessage: 3, perCall: 30, withTools: 346, perTool: 20 },
  gemini: { perRequest: 0, perMessage: 1, perCall: 6, withTools: 10, perTool: 6 },
  llama: { perRequest: 5, perMessage: 5, perCall: 8, withTools: 60, perTool: 6 },
  mistral: { perRequest: 1, perMessage: 2, perCall: 8, withTools: 4, perTool: 6 },
  qwen: { perRequest: 3, perMessage: 5, perCall: 12, withTools: 130, perTool: 6 },
  deepseek: { perRequest: 1, perMessage: 2, perCall: 12, withTools: 60, perTool: 6 },
  unknown: { perRequest: 3, perMessage: 4, perCall: 10, withTools: 60, perTool: 8 },
};

export const frameOf = (family: Family): Frame => FRAMES[family];
