import type { CallRecord } from '../traffic/call-record.ts';
import { isPoor, isRefusedByPurse } from '../traffic/users.ts';
import type { LoggedRequest } from '../world/house-provider.ts';
import type { RoundResult, Trouble } from '../round-result.ts';

/** Why a call may have failed. */
export type Excuse = 'left' | 'budget' | 'provider' | 'killed' | 'database';

type Seen = Pick<RoundResult, 'requests' | 'troubles' | 'killed' | 'broken' | 'servedBy'>;

export function excuses(round: Seen): (call: CallRecord) => Excuse | undefined {
  const failed = round.requests.filter(({ entry }) => entry.endpoint === 'chat' && hasFailed(entry));
  const killed = new Set(round.killed.map(({ name }) => name));
  const databaseTroubles = round.troubles.filter(isOfTheDatabase);

  return (call) => {
    if (call.leaves) return 'left';
    if (isPoor(call.user) && isRefusedByPurse(call.error)) return 'budget';
    if (failed.some((request) => mayHaveFailed(request, call))) return 'provider';
    const server = round.servedBy.get(call.id);
    if (round.broken.has(call.id) && server !== undefined && killed.has(server)) return 'killed';
    // What was said before is Mastra's to read; without it there is nothing to ask.
    if (call.agent === 'chat' && databaseTroubles.some((trouble) => meets(trouble, call))) return 'database';
    return undefined;
  };
}

export const hasFailed = ({ status, broken }: LoggedRequest['entry']): boolean =>
  status >= 400 || broken === true;

/** Its own request, or one that was shared with somebody who asked the same. */
function mayHaveFailed({ by, entry, number }: LoggedRequest, call: CallRecord): boolean {
  if (by.call === call.id) return true;
  const isSame = number === call.number && (by.user === call.user || call.agent === 'public');
  return isSame && meets({ from: entry.startedAt, to: entry.startedAt + (entry.endedMs ?? 0) }, call);
}

export const isOfTheDatabase = ({ kind }: Trouble): boolean => kind.startsWith('postgres');

/**
 * Threads in which the process had another time than others when something was said. Mastra sorts what was said by that time: a
 * question may come before an older one from then on, and an answer goes to the message of the last answer.
 */
export function threadsOfAnotherTime({
  calls,
  troubles,
}: Pick<RoundResult, 'calls' | 'troubles'>): ReadonlySet<string> {
  const jumps = troubles.filter(({ kind }) => kind === 'clock jumps');
  return new Set(
    calls.flatMap((call) =>
      call.thread !== undefined && jumps.some((jump) => meets(jump, call)) ? [call.thread] : [],
    ),
  );
}

export const meets = (
  { from, to }: Pick<Trouble, 'from' | 'to'>,
  { startedAt, endedAt }: Pick<CallRecord, 'startedAt' | 'endedAt'>,
): boolean => startedAt <= to && endedAt >= from;
