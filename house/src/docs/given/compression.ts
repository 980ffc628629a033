export * from './common.ts';
export const longText = 'An order is sent on the day after it was paid. '.repeat(200);
export const orders = Array.from({ length: 400 }, (_, id) => ({ id, status: id % 2 ? 'paid' : 'open' }));
export const llmlingua = async (text: string, options: { targetTokens: number; signal: AbortSignal }) =>
  options.signal.aborted ? '' : text.slice(0, options.targetTokens);
