export * from './common.ts';
export const ca = '-----BEGIN CERTIFICATE-----';
