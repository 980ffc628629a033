import { expect, test } from 'vitest';
import { MARKS_SLOT, marksNode } from './marks-node.ts';
import type { RedisClusterClient } from './redis-client.ts';

const nodes = [7001, 7002, 7003].map((port) => ({ options: { host: 'a', port } }));

const clusterWith = (slots?: Record<number, string[]>): RedisClusterClient =>
  ({ nodes: () => nodes, slots }) as unknown as RedisClusterClient;

test.each([
  ['the master of the slot', { [MARKS_SLOT]: ['a:7002', 'a:7001'] }, nodes[1]],
  ['any, if it is not connected', { [MARKS_SLOT]: ['a:7009'] }, nodes[2]],
  ['any, while the slot has none', { 1: ['a:7001'] }, nodes[2]],
  ['any, if the client does not say', undefined, nodes[2]],
])('%s', (_title, slots, expected) => {
  expect(marksNode(clusterWith(slots), () => 0.99)).toBe(expected);
});

test('none, if there is no node', () => {
  expect(marksNode({ ...clusterWith(), nodes: () => [] }, () => 0)).toBeUndefined();
});
