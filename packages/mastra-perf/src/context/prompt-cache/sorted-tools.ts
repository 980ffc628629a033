import { hasMarker } from './own-markers.ts';
import { isRecord } from '../../base/record.ts';

/**
 * Tools by name, or `undefined` where they are to stay as they are: an app, or a server of tools, may list the same ones in another order
 * at the next call, and prompts begin with the tools. Where one is marked, its place was chosen.
 */
export function sortedTools(tools: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(tools) || tools.length < 2) return undefined;
  const list: readonly unknown[] = tools;
  const names = list.map(nameOf);
  if (names.includes(undefined) || list.some(hasMarker)) return undefined;
  const sorted = list.toSorted((a, b) => inOrder(nameOf(a) ?? '', nameOf(b) ?? ''));
  return sorted.every((tool, index) => tool === list[index]) ? undefined : sorted;
}

const nameOf = (tool: unknown): string | undefined =>
  isRecord(tool) && typeof tool.name === 'string' ? tool.name : undefined;

/** By code units, which are the same on every machine. */
const inOrder = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
