import type { RoundResult } from '../round-result.ts';
import type { CallRecord } from '../traffic/call-record.ts';
import type { LoggedRequest } from '../world/house-provider.ts';
import { meets } from './excuse.ts';
import { counted, verdict, type Verdict } from './verdict.ts';

/**
 * In times of the same percentile of control calls: requests that go the same way and ask only the stores whether they are
 * there. So the bound holds on a slow and on a busy machine.
 */
const TIMES_A_CONTROL = 6;
const BESIDE_MS = 150;
const SHARE = 0.99;

/** What calls take, without the provider, outside of faults and their aftermath. */
export function ownTime(round: RoundResult): Verdict {
  const isCalm = (call: Pick<CallRecord, 'startedAt' | 'endedAt'>): boolean =>
    !round.troubles.some((trouble) => meets(trouble, call));
  const calm = round.calls.filter((call) => call.answer !== undefined && isCalm(call));
  const own = sorted(calm.map((call) => ownMs(call, round.requests)));
  const controls = sorted(round.controls.filter(isCalm).map(({ startedAt, endedAt }) => endedAt - startedAt));
  const p99 = percentile(own, SHARE);
  const control = percentile(controls, SHARE);
  const bound = TIMES_A_CONTROL * control + BESIDE_MS;
  const wrong: string[] = [];
  if (own.length === 0 || controls.length === 0) wrong.push('nothing was measured');
  else if (p99 > bound) wrong.push(`${counted(p99)} ms, more than ${counted(bound)}`);
  return verdict(
    'p99 of calls without the provider',
    `${counted(p99)} ms of ${counted(bound)} (p50 ${counted(percentile(own, 0.5))} ms, ${counted(own.length)} calls; control p99 ${counted(control)} ms, p50 ${counted(percentile(controls, 0.5))} ms)`,
    wrong,
  );
}

/** From the first to the last moment of a call, without those in which the provider worked for it, or for whom it waited. */
function ownMs(call: CallRecord, requests: readonly LoggedRequest[]): number {
  const mine = requests.filter(({ by }) => by.call === call.id);
  const waitedFor =
    mine.length > 0
      ? mine
      : requests.filter(
          ({ by, number }) => number === call.number && (by.user === call.user || call.agent === 'public'),
        );
  const spans = waitedFor
    .map(({ entry }) => ({
      from: Math.max(entry.startedAt, call.startedAt),
      to: Math.min(entry.startedAt + (entry.endedMs ?? 0), call.endedAt),
    }))
    .filter(({ from, to }) => to > from)
    .toSorted((a, b) => a.from - b.from);
  let covered = 0;
  let until = 0;
  for (const { from, to } of spans) {
    covered += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return call.endedAt - call.startedAt - covered;
}

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);
const percentile = (of: readonly number[], share: number): number =>
  of[Math.min(of.length - 1, Math.floor(of.length * share))] ?? 0;
