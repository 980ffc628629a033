import {
  startDashboardServer,
  type DashboardServer,
  type DashboardServerOptions,
} from '../dashboard-server.ts';

/** A server on which something of everything has happened. */
export async function startBusyServer(options: DashboardServerOptions = {}): Promise<DashboardServer> {
  const server = await startDashboardServer({
    agents: ['support', 'legal', 'summaries', 'translator'],
    ...options,
    perf: {
      usage: {
        budgets: [
          { name: 'monthly', per: 'total', limitUsd: 25, window: 'month' },
          { name: 'a-day', per: 'user', limitCalls: 12, window: 'day', onExceed: 'warn' },
          { name: 'legal tokens', per: 'agent', limitTokens: 40_000, window: 'day', onExceed: 'warn' },
        ],
      },
      ...options.perf,
    },
  });
  const users = ['anna@example.com', 'ben@example.com', 'chris@example.com', 'dana@example.com'];
  const agents = ['support', 'legal', 'support', 'summaries', 'translator', 'support'];
  for (let round = 0; round < 48; round++) {
    const agent = agents[round % agents.length] ?? 'support';
    const user = users[(round * round) % users.length] ?? '';
    const question = round % 16 === 7 ? `fail ${round}` : `question ${round % 5 === 0 ? round : round % 7}`;
    const tags = [`kb:${round % 4}`, ...(round % 3 === 0 ? ['release-42'] : [])];
    await server.ask(agent, question, { user, tags }, round % 2 === 0);
  }
  return server;
}
