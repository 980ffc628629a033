import { createHash } from 'node:crypto';

/** Of whoever makes or removes tables of a schema: the two numbers of an advisory lock. */
export function lockKeys(schema: string): string {
  const digest = createHash('sha256').update(`mastra-perf ${schema}`).digest();
  return `${digest.readInt32BE(0)}, ${digest.readInt32BE(4)}`;
}
