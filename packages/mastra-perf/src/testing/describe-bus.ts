import assert from 'node:assert/strict';
import type { Bus } from '../stores/bus.ts';
import type { PerfStore } from '../stores/perf-store.ts';
import { fresh, hostileNames } from './fresh-names.ts';
import { registerTests, type StoreBench, type StoreSuite, type StoreTests } from './store-suite.ts';

/** The contract of {@link Bus}. With `capabilities: { bus: false }` it only shows that the store has none. */
export function describeBus(suite: StoreSuite): void {
  registerTests(suite, 'bus', suite.capabilities?.bus === false ? withoutBus : busTests);
}

const withoutBus: StoreTests = {
  async 'has none, as it says'({ store }) {
    assert.equal(store.bus, undefined);
  },
};

function busOf({ bus }: PerfStore): Bus {
  assert.ok(bus, 'the store has no bus; if that is meant, say so with capabilities: { bus: false }');
  return bus;
}

/** A subscriber that keeps what it hears. */
async function listen(store: PerfStore, topic: string) {
  const heard: string[] = [];
  const ears = { heard, gaps: 0, end: async () => {} };
  ears.end = await busOf(store).subscribe(topic, {
    message: (text) => void heard.push(text),
    gap: () => void ears.gaps++,
  });
  return ears;
}

/** Whether all of them come to have heard exactly this. */
async function assertHeard(
  { eventually }: StoreBench,
  ears: ReadonlyArray<{ readonly heard: readonly string[] }>,
  texts: readonly string[],
) {
  await eventually(() => ears.every(({ heard }) => heard.length >= texts.length));
  for (const { heard } of ears) assert.deepEqual(heard, texts);
}

const busTests: StoreTests = {
  async 'delivers to every subscriber of every process, the publisher included, once'(bench) {
    const { store, second } = bench;
    const topic = fresh('topic');
    const ears = [await listen(store, topic), await listen(store, topic), await listen(second, topic)];
    await busOf(store).publish(topic, 'from one');
    await assertHeard(bench, ears, ['from one']);
    await busOf(second).publish(topic, 'from the other');
    await assertHeard(bench, ears, ['from one', 'from the other']);
  },

  async 'keeps the order of a publisher'(bench) {
    const { store, second } = bench;
    const topic = fresh('topic');
    const ears = [await listen(store, topic), await listen(second, topic)];
    const texts = Array.from({ length: 200 }, (_, index) => String(index));
    await Promise.all(texts.map(async (text) => busOf(store).publish(topic, text)));
    await assertHeard(bench, ears, texts);
  },

  async 'never calls a listener before publish has returned'({ store, eventually }) {
    const topic = fresh('topic');
    const order: string[] = [];
    const bus = busOf(store);
    await bus.subscribe(topic, {
      message(text) {
        order.push(`heard ${text}`);
        if (text !== '1') return;
        void bus.publish(topic, '2');
        order.push('published 2');
      },
      gap: () => {},
    });
    const published = bus.publish(topic, '1');
    order.push('published 1');
    await published;
    await eventually(() => order.length === 4);
    assert.deepEqual(order, ['published 1', 'heard 1', 'published 2', 'heard 2']);
  },

  async 'keeps topics apart, whatever they look like'(bench) {
    const { store, second } = bench;
    const topics = hostileNames();
    const ears = [];
    for (const topic of topics) ears.push(await listen(second, topic));
    for (const [index, topic] of topics.entries()) await busOf(store).publish(topic, String(index));
    for (const [index, ear] of ears.entries()) await assertHeard(bench, [ear], [String(index)]);
  },

  async 'delivers nothing after the end of a subscription, and the others go on'(bench) {
    const { store, second } = bench;
    const topic = fresh('topic');
    const ended = [await listen(store, topic), await listen(second, topic)];
    const others = [await listen(store, topic), await listen(second, topic)];
    for (const { end } of ended) await end();
    for (const { end } of ended) await end(); // nothing is left to end
    await busOf(store).publish(topic, 'on');
    await assertHeard(bench, others, ['on']);
    for (const { heard } of ended) assert.deepEqual(heard, []);
    for (const { end } of others) await end();
    const again = await listen(store, topic);
    await busOf(second).publish(topic, 'again');
    await assertHeard(bench, [again], ['again']);
    for (const { heard } of [...ended, ...others]) assert.ok(!heard.includes('again'));
  },

  async 'delivers nothing that was published before, and needs nobody to listen'(bench) {
    const { store, second } = bench;
    const topic = fresh('topic');
    await busOf(store).publish(topic, 'to nobody');
    const late = await listen(second, topic);
    await busOf(store).publish(topic, 'to somebody');
    await assertHeard(bench, [late], ['to somebody']);
  },

  async 'delivers every text as it is: none, all kinds of letters, 100,000 of them'(bench) {
    const { store, second } = bench;
    const topic = fresh('topic');
    const ear = await listen(second, topic);
    const texts = ['', ...hostileNames(), 'é日😀'.repeat(25_000)];
    for (const text of texts) await busOf(store).publish(topic, text);
    await assertHeard(bench, [ear], texts);
  },

  async 'tells of the gap when the connection was lost, and delivers again'(bench) {
    const { store, second, breakConnection } = bench;
    if (!breakConnection) return { needs: 'breakConnection' };
    const topics = [fresh('topic'), fresh('topic')] as const;
    const ears = [await listen(store, topics[0]), await listen(store, topics[1])];
    await breakConnection();
    const told = await bench.eventually(() => ears.every(({ gaps }) => gaps > 0));
    assert.ok(told, 'nobody was told that messages may have been missed');
    for (const [index, topic] of topics.entries()) {
      await busOf(second).publish(topic, 'after');
      await assertHeard(bench, ears.slice(index, index + 1), ['after']);
    }
  },
};
