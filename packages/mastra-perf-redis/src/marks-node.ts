import type { RedisClusterClient, RedisNodeClient } from './redis-client.ts';

/** Where Redis Cluster puts what has `{c}` in its key, as the marks have: the CRC16 of "c", modulo 16,384. */
export const MARKS_SLOT = 7365;

/**
 * The node of a Cluster on which messages are published; another one if it is not known now. Every node hears what is
 * published on any of them, but from others late: also what was published before somebody began to listen.
 */
export function marksNode(client: RedisClusterClient, random: () => number): RedisNodeClient | undefined {
  const nodes = client.nodes('master');
  const [address] = client.slots?.[MARKS_SLOT] ?? [];
  const known = nodes.find(({ options }) => address === `${options?.host}:${options?.port}`);
  return known ?? nodes[Math.floor(random() * nodes.length)];
}
