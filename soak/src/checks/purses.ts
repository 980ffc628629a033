import type { RoundResult } from '../round-result.ts';
import { isPoor, isRefusedByPurse, POOR_CALLS } from '../traffic/users.ts';
import { isOfTheDatabase } from './excuse.ts';
import { counted, verdict, type Verdict } from './verdict.ts';

/** Nobody is answered more often than their budget allows, but while its ledger is away. */
export function purses({ requests, troubles, calls }: RoundResult): Verdict {
  const away = troubles.filter(isOfTheDatabase);
  const made = new Map<string, number>();
  for (const { by, entry } of requests) {
    if (entry.endpoint !== 'chat' || entry.status !== 200 || !isPoor(by.user)) continue;
    if (away.some(({ from, to }) => entry.startedAt >= from && entry.startedAt <= to)) continue;
    made.set(by.user, (made.get(by.user) ?? 0) + 1);
  }
  const wrong = [...made].flatMap(([user, count]) =>
    count > POOR_CALLS ? [`${user} made ${count} requests of ${POOR_CALLS}`] : [],
  );
  const refused = calls.filter(({ user, error }) => isPoor(user) && isRefusedByPurse(error)).length;
  return verdict(
    'no budget passed',
    `${counted(made.size)} users with ${POOR_CALLS} calls each, ${counted(refused)} calls refused`,
    wrong,
  );
}
