import type { Growth } from '../growth.ts';
import type { RoundResult } from '../round-result.ts';
import type { Figures } from '../server/figures.ts';
import { verdict, type Verdict } from './verdict.ts';

/** Code that is compiled late, and rows of figures for minutes and groups that were not there when it was warm. */
const HEAP_SHARE = 1.15;
const HEAP_MB = 15;
const HANDLES = 12;

/** From the middle on, where there is one: what is still growing then does not stop. */
const LATE_SHARE = 1.04;
const LATE_MB = 8;
const MIDDLE_FROM = 6;

/** What a process holds when all is over is not much more than when it was warm. */
export function flat({ growth }: Pick<RoundResult, 'growth'>): Verdict {
  const measured = growth.filter(({ figures }) => figures.length > 1);
  const wrong = measured.flatMap(grown);
  if (measured.length === 0) wrong.push('no process has lived long enough');
  const figures = measured.map(({ name, figures: [first, ...rest] }) => {
    const last = rest.at(-1) ?? first;
    const middle = rest[Math.floor(rest.length / 2) - 1] ?? last;
    return first && middle && last
      ? `${name} ${first.heapMb.toFixed(0)}, ${middle.heapMb.toFixed(0)}, ${last.heapMb.toFixed(0)} MB and ${handlesOf(first)} to ${handlesOf(last)} handles`
      : name;
  });
  return verdict('memory and handles flat', figures.join(', '), wrong);
}

function grown({ name, figures: [first, ...rest] }: Growth): string[] {
  const last = rest.at(-1);
  if (!first || !last) return [];
  const wrong: string[] = [];
  if (last.heapMb > first.heapMb * HEAP_SHARE + HEAP_MB)
    wrong.push(`${name}: heap from ${first.heapMb.toFixed(1)} to ${last.heapMb.toFixed(1)} MB`);
  const middle = rest.length >= MIDDLE_FROM ? rest[Math.floor(rest.length / 2) - 1] : undefined;
  if (middle && last.heapMb > middle.heapMb * LATE_SHARE + LATE_MB)
    wrong.push(
      `${name}: heap from ${middle.heapMb.toFixed(1)} in the middle to ${last.heapMb.toFixed(1)} MB`,
    );
  if (handlesOf(last) > handlesOf(first) + HANDLES)
    wrong.push(`${name}: handles from ${JSON.stringify(first.handles)} to ${JSON.stringify(last.handles)}`);
  return wrong;
}

/** What runs in this very turn of the loop is none. */
const handlesOf = ({ handles }: Figures): number =>
  Object.entries(handles).reduce((sum, [kind, count]) => (kind === 'Immediate' ? sum : sum + count), 0);
