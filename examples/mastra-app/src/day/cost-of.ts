import { calcPrice } from '@pydantic/genai-prices';
import { modelId } from '../mastra/model.ts';

/** Tokens as a provider bills them; cached tokens are part of the input tokens. */
export interface BilledTokens {
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

/** Dollars at OpenAI's list price of the application's model. */
export function costOf({ inputTokens, cachedTokens, outputTokens }: BilledTokens): number {
  const price = calcPrice(
    { input_tokens: inputTokens, cache_read_tokens: cachedTokens, output_tokens: outputTokens },
    modelId,
    { providerId: 'openai' },
  );
  if (!price) throw new Error(`expected a known price of ${modelId}, found none`);
  return price.total_price;
}
