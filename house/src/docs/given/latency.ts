export * from './common.ts';
export const text = 'orders';
export const search = async (words: string) => [words];
