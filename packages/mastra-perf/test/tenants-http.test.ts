import { afterEach, describe, expect, it } from 'vitest';
import type { PerfOptions } from '../src/index.ts';
import { withRandom, type Random } from '../src/testing/seeded-random.ts';
import { randomCall, threadsOf, type TenantCall } from './forged-requests.ts';
import {
  startTenantServer,
  TENANTS,
  type Tenant,
  type TenantRequest,
  type TenantServer,
} from './tenant-server.ts';

/* Two tenants ask the same questions of Mastra's own HTTP server, and their requests claim whatever they like. */

/** To repeat the choices of a run that failed: the number that its failure tells. */
const SEED: number | undefined = undefined;
const CALLS_AT_ONCE = 16;

let server: TenantServer;
afterEach(() => server.close());

const [north, south] = TENANTS;
const otherOf = (caller: Tenant): Tenant => (caller === north ? south : north);

/** What came of many calls. */
interface Tally {
  /** Calls with what only the other tenant may know in their response. */
  readonly crossed: TenantCall[];
  /** Answers without the mark of who asked, errors, and refusals where nothing was forged. */
  readonly wrong: Array<TenantCall & { readonly status: number; readonly text: string }>;
  readonly statuses: Record<number, number>;
  readonly outcomes: Record<string, number>;
  readonly faults: unknown[];
}

async function askMany(
  random: Random,
  agent: TenantRequest['agent'],
  callsOfEach: number,
  options?: PerfOptions,
): Promise<Tally> {
  server = await startTenantServer(options);
  const { perf, ask } = server;
  const tally: Tally = { crossed: [], wrong: [], statuses: {}, outcomes: {}, faults: [] };
  perf.on('call', ({ outcome }) => (tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1));
  perf.on('fault', (fault) => tally.faults.push(fault));
  for (const caller of TENANTS) {
    for (const thread of threadsOf(caller)) {
      const body = JSON.stringify({ messages: 'hello', memory: { thread } });
      await ask(caller, { agent, route: 'generate', body });
    }
  }

  const callers = Array.from({ length: callsOfEach }, () => TENANTS).flat();
  const calls = random
    .some(callers, callers.length, callers.length)
    .map((caller) => randomCall(random, agent, caller, otherOf(caller)));
  let next = 0;
  const work = async (): Promise<void> => {
    for (let call = calls[next++]; call; call = calls[next++]) {
      // Questions are new again from time to time, so that calls also meet while the model is asked.
      if (next % 200 === 0) await perf.cache.clear();
      const { status, text } = await ask(call.caller, call.request);
      tally.statuses[status] = (tally.statuses[status] ?? 0) + 1;
      if (text.includes(otherOf(call.caller).mark)) tally.crossed.push(call);
      const good =
        status === 200 ? text.includes(call.caller.mark) : status === 403 && call.forgeries.length > 0;
      if (!good) tally.wrong.push({ ...call, status, text: text.slice(0, 500) });
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, work));
  return tally;
}

describe.each(['plain', 'remembering'] as const)('two tenants of the agent "%s"', (agent) => {
  it('never get an answer of each other, whatever their requests claim', { timeout: 180_000 }, () =>
    withRandom(SEED, async (random) => {
      const { crossed, wrong, statuses, outcomes, faults } = await askMany(random, agent, 1000);
      expect({ crossed, wrong, faults }).toEqual({ crossed: [], wrong: [], faults: [] });
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();

      // That proves something only if answers were shared at all. No body has turned that off: there is no bypass.
      const { miss = 0, hit = 0, shared = 0, ...others } = outcomes;
      expect(others).toEqual({});
      expect(miss).toBe(server.modelCalls());
      expect(hit).toBeGreaterThan(400);
      expect(shared).toBeGreaterThan(10);
      expect(statuses[200]).toBeGreaterThan(1700);

      const rows = await server.perf.usage.report({ by: ['resource', 'user'] });
      expect(rows.map(({ resource, user }) => [resource, user]).toSorted()).toEqual([
        [north.id, undefined],
        [south.id, undefined],
      ]);
    }),
  );

  it('would be seen here to share answers: they do where an agent is told to', { timeout: 60_000 }, () =>
    withRandom(SEED, async (random) => {
      const { crossed } = await askMany(random, agent, 100, { cache: { scope: 'agent' } });
      expect(crossed.length).toBeGreaterThan(20);
    }),
  );
});

it('a claim that Mastra lets through shares answers with nobody, not even with who claims the contrary', async () => {
  server = await startTenantServer();
  const ask = async (caller: Tenant, body: object = {}, headers = {}) => {
    const said = JSON.stringify({ messages: 'the same question', ...body });
    const { text } = await server.ask(caller, { agent: 'plain', route: 'generate', body: said, headers });
    expect(text).toContain(caller.mark);
    return server.modelCalls();
  };
  expect([await ask(north), await ask(south)]).toEqual([1, 2]);

  // Not let through by Mastra, or by the plugin: the answer is the caller's own from before.
  for (const caller of TENANTS) {
    const { id } = otherOf(caller);
    await ask(caller, {
      requestContext: { mastra__resourceId: id, mastraPerf: { scope: id, cache: false } },
    });
    await ask(caller, { memory: { thread: 'any', resource: id }, resourceId: id });
    expect(await ask(caller, {}, { 'x-resource-id': id, 'x-mastra-resource-id': id })).toBe(2);
  }

  // Let through: in a scope of the caller's own and what it claims.
  const claim = ({ id }: Tenant) => ({ requestContext: { MastraMemory: { resourceId: id } } });
  const inHeaders = ({ id }: Tenant) => ({ modelSettings: { headers: { 'x-resource-id': id } } });
  expect([await ask(south, claim(north)), await ask(north, claim(south))]).toEqual([3, 4]);
  expect([await ask(south, inHeaders(north)), await ask(north, inHeaders(south))]).toEqual([4, 4]);
  expect([await ask(north), await ask(south)]).toEqual([4, 4]);
});
