import { expect, it, vi } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { memoryRates } from '../stores/memory-rates.ts';
import { limitsWith, refusalOf, type Upstream } from './test-limits.ts';

vi.setConfig({ testTimeout: 120_000 });

const setUpLimits = limitsWith(memoryRates);
const MINUTE_MS = 60_000;
const REQUESTS = 600;
const TOKENS = 90_000;
const CALLS = 2000;
const STEP_MS = 20;

/** Refuses what is above its limits within any minute; a request counts with its prompt, and when it is answered with all of it. */
function providerOf(now: () => number) {
  const passed: Array<{ readonly at: number; tokens: number }> = [];
  let refused = 0;
  let from = 0;
  return {
    passed,
    refused: () => refused,
    admit(promptTokens: number) {
      while ((passed[from]?.at ?? Infinity) <= now() - MINUTE_MS) from++;
      const recent = passed.slice(from);
      const tokens = recent.reduce((sum, one) => sum + one.tokens, 0);
      if (recent.length >= REQUESTS || tokens + promptTokens > TOKENS) {
        refused++;
        return undefined;
      }
      const mine = { at: now(), tokens: promptTokens };
      passed.push(mine);
      return mine;
    },
  };
}

it.each([
  ['requests', 20, 160],
  ['tokens', 60, 400],
])(
  '2,000 calls of three processes become a queue that the provider lets through: short of %s',
  async (_, least, spread) => {
    const clock = testClock();
    const shared = memoryRates(clock);
    const provider = providerOf(clock.monotonic);
    const processes = [1, 2, 3].map(() =>
      setUpLimits({
        clock,
        models: { test: { requestsPerMinute: REQUESTS, tokensPerMinute: TOKENS } },
        settings: { maxWait: 3_600_000 },
        deps: { shared },
      }),
    );
    let random = 1;
    const below = (limit: number): number => (random = (random * 48_271) % 2_147_483_647) % limit;
    let answered = 0;
    const calls = Array.from({ length: CALLS }, (_unused, index) =>
      processes[index % 3]!.ask('word '.repeat(20 + below(60)))
        .read()
        .then(() => answered++),
    );
    const seen = processes.map(() => 0);
    const due: Array<{ readonly at: number; readonly run: () => void }> = [];
    const arrive = (upstream: Upstream): void => {
      const inputTokens = Math.ceil(upstream.text.length / 5) + 4;
      const admitted = provider.admit(inputTokens);
      if (!admitted) return upstream.refuse(refusalOf(429, { 'retry-after-ms': '500' }));
      const outputTokens = least + below(spread);
      due.push({
        at: clock.monotonic() + 300 + below(4000),
        run() {
          admitted.tokens = inputTokens + outputTokens;
          upstream.finish({ inputTokens, outputTokens });
        },
      });
      return undefined;
    };

    const isOver = (): boolean => answered === CALLS || clock.monotonic() > 20 * MINUTE_MS;
    while (!isOver()) {
      clock.advance(STEP_MS);
      await settled();
      for (const [index, { upstreams }] of processes.entries()) {
        for (const upstream of upstreams.slice(seen[index])) arrive(upstream);
        seen[index] = upstreams.length;
      }
      for (const one of due.splice(0)) {
        if (one.at <= clock.monotonic()) one.run();
        else due.push(one);
      }
    }
    await Promise.all(calls);

    const { passed } = provider;
    expect(provider.refused() / (CALLS + provider.refused())).toBeLessThanOrEqual(0.01);
    const minutes = ((passed.at(-1)?.at ?? 0) - (passed[0]?.at ?? 0)) / MINUTE_MS;
    const tokens = passed.reduce((sum, one) => sum + one.tokens, 0);
    expect(Math.max(CALLS / REQUESTS, tokens / TOKENS) / minutes).toBeGreaterThanOrEqual(0.9);
  },
);
