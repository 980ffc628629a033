import type { Agent } from '@mastra/core/agent';
import type { App, Kit, Respond } from './app.ts';
import { echo } from './said.ts';

/** A way in which an application asks its agents, and what it gets to see. */
export interface Scenario {
  readonly name: string;
  /** Ids of agents are unique among all scenarios. */
  readonly build: (kit: Kit) => {
    readonly agents: Readonly<Record<string, Agent>>;
    readonly workflows?: Readonly<Record<string, object>>;
  };
  /** Asks the same each time. `round` is for what must be new each time, such as a thread. */
  readonly ask: (app: App, round: number) => Promise<unknown>;
  /** Whether the second time needs no model where there is a cache: always, or as long as nothing is recalled from other threads. */
  readonly repeats: 'always' | 'without recall' | 'never';
  /** Whether calls are given up or fail, of which no model tells what they used. */
  readonly hasEstimates?: boolean;
}

type Ask = (agent: Agent, round: number, app: App) => Promise<unknown>;

/** One agent, asked by itself. */
export function oneAgent(
  name: string,
  config: { readonly respond?: Respond; readonly [field: string]: unknown },
  ask: Ask,
  more: Partial<Pick<Scenario, 'repeats' | 'hasEstimates'>> = {},
): Scenario {
  const id = name.replaceAll(/\W+/g, '-');
  const { respond = echo, ...rest } = config;
  return {
    name,
    build: ({ agent, model }) => ({ agents: { [id]: agent(id, { model: model(respond), ...rest }) } }),
    ask: (app, round) => ask(app.agent(id), round, app),
    repeats: 'always',
    ...more,
  };
}
