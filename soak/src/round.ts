import { setTimeout } from 'node:timers/promises';
import type { PostgresServer } from '@mastra-perf/testkit';
import type { Deck } from './faults/deck.ts';
import { houseFaults } from './faults/faults.ts';
import { watchGrowth } from './growth.ts';
import type { Random } from './random.ts';
import type { RoundResult, Trouble } from './round-result.ts';
import type { CallRecord } from './traffic/call-record.ts';
import { clients } from './traffic/clients.ts';
import { askControls } from './traffic/control.ts';
import { ingestBeside } from './traffic/ingest-beside.ts';
import { users } from './traffic/users.ts';
import { visit } from './traffic/visitor.ts';
import { startFront } from './world/front.ts';
import { startHouseProvider } from './world/house-provider.ts';
import type { HouseRedis } from './world/house-redis.ts';
import { leftBehind } from './world/left-behind.ts';
import { openPage } from './world/page.ts';
import { startServers, type KilledServer } from './world/servers.ts';

export interface RoundPlan {
  readonly name: string;
  readonly ms: number;
  readonly random: Random;
  readonly users: number;
  readonly postgres: PostgresServer;
  readonly redis: HouseRedis;
  readonly storage: RoundResult['storage'];
  /** Where faults come from, round after round. */
  readonly deck: Deck;
  /** Only these. @default all that there are */
  readonly faults?: readonly string[] | undefined;
  readonly say: (line: string) => void;
}

const CALM = 'calm';
const FAULT_MS = 3000;
const CALM_MS = 3000;
/** Breakers look again after some seconds; a store that is slow for longer has come back by then. */
const AFTERMATH_MS = 6000;
const WARM_UP_SHARE = 0.25;
const WARM_UP_MS = 60_000;

/** Three processes, many users, and one thing after the other that goes wrong. */
export async function playRound(plan: RoundPlan): Promise<RoundResult> {
  const { name, ms, random, postgres, redis, storage, deck, say } = plan;
  await using provider = await startHouseProvider();
  await using front = await startFront();
  const config = {
    providerUrl: provider.url,
    postgresUrl: postgres.connectionString,
    schema: `soak_${name}`,
    prefix: `soak-${name}-${process.pid}`,
    redis: redis.config,
    ...storage,
  };
  const servers = await startServers(config, name, front);
  await using page = await openPage(`${front.url}/perf`);
  const calls: CallRecord[] = [];
  const killed: KilledServer[] = [];
  const troubles: Trouble[] = [];
  let phase = CALM;
  const ended = new AbortController();
  const ways = clients(front.url);
  const traffic = users(plan.users, name).map((user) =>
    visit({
      user,
      random: random.fork(),
      clients: ways,
      phase: () => phase,
      record: (call) => calls.push(call),
      ended: ended.signal,
    }),
  );
  const ingesting = ingestBeside(front.url, random.fork(), ended.signal, () => phase);
  const controlling = askControls(front.url, ended.signal);
  const faults = houseFaults({
    redis,
    postgres,
    provider,
    servers,
    random: random.fork(),
    onKilled: (one) => killed.push(one),
  });
  const growth = watchGrowth(servers);
  const suffer = async (kind: string): Promise<void> => {
    phase = kind;
    const from = Date.now();
    say(kind);
    // It takes a moment in which nothing is answered.
    await growth.measure();
    await faults[kind]?.(FAULT_MS);
    phase = `after ${kind}`;
    await setTimeout(AFTERMATH_MS / 2);
    // Calls that begin now are told apart only by the time.
    phase = CALM;
    troubles.push({ kind, from, to: Date.now() + AFTERMATH_MS / 2 });
    await setTimeout(AFTERMATH_MS / 2 + CALM_MS);
  };

  const until = performance.now() + ms;
  await setTimeout(Math.min(ms * WARM_UP_SHARE, WARM_UP_MS));
  await growth.measure();
  while (performance.now() < until) {
    const next = deck.draw(Object.keys(faults).filter((kind) => plan.faults?.includes(kind) ?? true));
    await (next === undefined ? setTimeout(CALM_MS) : suffer(next));
  }
  ended.abort();
  await Promise.all(traffic);
  const ingested = await ingesting;
  await provider.server.settled();
  const running = servers.running();
  await Promise.all(running.map((server) => server.flush()));
  await growth.measure();
  const [first] = running;
  if (!first) throw new Error('no process is left');
  const usage = await first.usage();
  const told = Object.fromEntries(
    await Promise.all(running.map(async (server) => [server.name, await server.told()] as const)),
  );
  const pageReport = await page?.report();
  const stops = await servers.stop();
  return {
    name,
    storage,
    calls,
    controls: await controlling,
    requests: provider.requests(),
    broken: front.broken,
    servedBy: front.servedBy,
    troubles,
    killed,
    usage,
    told,
    growth: growth.all(),
    stops,
    ingested,
    left: await leftBehind(config),
    page: pageReport,
  };
}
