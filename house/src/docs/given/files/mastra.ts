export { mastra, perf } from '../common.ts';
