import { randomBytes } from 'node:crypto';

export * from './common.ts';
process.env.PERF_KEY ??= randomBytes(32).toString('base64');
process.env.PERF_KEY_BEFORE ??= randomBytes(32).toString('base64');
