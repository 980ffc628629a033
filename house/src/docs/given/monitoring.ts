export * from './common.ts';
export const page = (...told: readonly unknown[]) => void told;
