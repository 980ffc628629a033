export * from './common.ts';
export const texts = ['one', 'two', 'one'];
