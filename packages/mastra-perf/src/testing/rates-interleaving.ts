import assert from 'node:assert/strict';
import type { RateClaim, Rates } from '../stores/rates.ts';
import { fresh } from './fresh-names.ts';
import { rateModel } from './rates-model.ts';
import { ratesOf } from './sample-rates.ts';
import { withRandom, type Random } from './seeded-random.ts';
import type { StoreBench, StoreTests } from './store-suite.ts';

const ROUNDS = 8;
const STEPS = 50;
/** All that costs something costs a multiple of this, so that the time that tests take decides nothing. */
const GRAIN_MS = 15_000;

export const interleavingTests: StoreTests = {
  async 'two processes, one step at a time in any order'(bench) {
    await withRandom(bench.seed, async (random) => {
      for (let round = 0; round < ROUNDS; round++) {
        const steps = stepsOn(bench, random);
        for (let step = 0; step < STEPS; step++) await random.pick(steps)();
      }
    });
  },
};

/** What can happen next, the likelier the more often it is named. Each compares with the model what the store answers. */
function stepsOn(bench: StoreBench, random: Random): Array<() => Promise<void>> {
  const model = rateModel();
  const history: string[] = [];
  // Costs of 60, 45 and 30 s.
  const rates = [1, 4 / 3, 2].map((perMinute) => ({
    name: fresh('rate'),
    perMinute,
    burst: 1 + random.below(4),
  }));
  const anyView = (): Rates => ratesOf(random.pick([bench.store, bench.second]));
  const claims = (least: number): RateClaim[] =>
    random.some(rates, 1, 3).map((rate) => ({ ...rate, amount: least + random.below(6) }));
  const told = (what: string): string => `${what}\nafter: ${history.join('; ')}`;
  const shown = (some: readonly RateClaim[]): string =>
    some.map(({ amount, perMinute, burst }) => `${amount} of ${perMinute} (${burst})`).join(', ');

  const take = async (): Promise<void> => {
    const wanted = claims(0);
    // Never as long as a call may have to wait: half a grain beside.
    const maxWaitMs = random.pick([0.5, 4.5, 8.5, 40.5]) * GRAIN_MS;
    history.push(`take ${shown(wanted)} within ${maxWaitMs}`);
    const expected = model.take(bench.now(), wanted, maxWaitMs);
    const answer = await anyView().take(wanted, maxWaitMs);
    assert.equal(answer.granted, expected.granted, told('it was decided otherwise'));
    const beside = Math.abs(answer.waitMs - expected.waitMs);
    assert.ok(beside < GRAIN_MS / 3, told(`it waits ${answer.waitMs} ms in place of ${expected.waitMs}`));
  };
  const correct = async (): Promise<void> => {
    const amounts = claims(-4);
    history.push(`correct ${shown(amounts)}`);
    model.correct(bench.now(), amounts);
    await anyView().correct(amounts);
  };
  const pause = async (): Promise<void> => {
    const names = random.some(rates, 1, 2).map(({ name }) => name);
    const ms = GRAIN_MS * random.below(12);
    history.push(`pause ${names.length} for ${ms}`);
    model.pause(bench.now(), names, ms);
    await anyView().pause(names, ms);
  };
  const pass = async (): Promise<void> => {
    const ms = GRAIN_MS * random.below(20);
    history.push(`${ms} pass`);
    await bench.advance?.(ms);
  };
  return [take, take, take, take, take, correct, pass, pass, pass, pause];
}
