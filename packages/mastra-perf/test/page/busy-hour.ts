import { vi } from 'vitest';
import { testRandom } from '../../src/monitor/test-random.ts';
import { startDashboardServer, type DashboardServer } from '../dashboard-server.ts';

const MINUTES = 60;
const USERS = ['anna', 'ben', 'chris', 'dana', 'emil'].map((name) => `${name}@example.com`);
const AGENTS = ['support', 'legal', 'support', 'summaries', 'translator', 'support', 'search'];

/** A server after an hour of work, which takes half a minute: `Date` is set on from minute to minute. */
export async function startBusyHour(): Promise<DashboardServer> {
  const begun = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now: begun - MINUTES * 60_000 });
  const random = testRandom(7);
  const oneOf = <T>(all: readonly T[], first: T): T => all[Math.floor(random() * all.length)] ?? first;
  const server = await startDashboardServer({
    agents: [...new Set(AGENTS)],
    firstDelayMs: () => 90 + 260 * random() ** 3,
    perf: {
      usage: {
        budgets: [
          { name: 'monthly', per: 'total', limitUsd: 25, window: 'month' },
          { name: 'a-day', per: 'user', limitUsd: 0.115, window: 'day', onExceed: 'warn' },
          { name: 'tokens', per: 'agent', limitTokens: 200_000, window: 'day', onExceed: 'warn' },
        ],
      },
    },
  });
  for (let minute = 0; minute < MINUTES; minute++) {
    vi.setSystemTime(begun - (MINUTES - minute) * 60_000);
    const calls = Math.round(6 + 4 * Math.sin(minute / 7) + 4 * random());
    // One that many ask at once, some that were asked before, and some that are new.
    const asked = Array.from({ length: calls }, (_, call) => {
      const number = random() < 0.55 ? Math.floor(random() * 12) : `${minute}-${call}`;
      const question = call < minute % 4 ? `at once ${minute}` : `question ${number}`;
      const fails = random() < 0.015;
      return server.ask(
        call < minute % 4 ? 'support' : oneOf(AGENTS, 'support'),
        fails ? `fail ${minute}` : question,
        { scope: 'all', user: oneOf(USERS, ''), tags: [`kb:${minute % 5}`] },
        call % 2 === 0,
      );
    });
    await Promise.all(asked);
  }
  vi.setSystemTime(begun);
  return server;
}
