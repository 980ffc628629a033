import { InMemoryStore, type WorkflowsStorage } from '@mastra/core/storage';
import { gate, type Gate } from '@mastra-perf/testkit';
import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { createHeldSnapshots } from '../history/held-snapshots.ts';
import { workflowsDomain, type HeldSnapshot } from './workflows-domain.ts';

const RUN = { workflowName: 'agentic-loop', runId: 'r' };

async function setUp() {
  const inner = (await new InMemoryStore().getStore('workflows')) as WorkflowsStorage;
  const clock = testClock();
  const held = createHeldSnapshots<HeldSnapshot>();
  const gates: { flush?: Gate; persist?: Gate } = {};
  const deleted: unknown[] = [];
  const slow = new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name === 'deleteWorkflowRunById') return async (args: unknown) => void deleted.push(args);
      if (name !== 'persistWorkflowSnapshot') return typeof value === 'function' ? value.bind(target) : value;
      return async (args: HeldSnapshot) => {
        await gates.persist?.wait();
        await inner.persistWorkflowSnapshot(args);
      };
    },
  });
  const domain = workflowsDomain(slow, {
    clock,
    wait: async (ms) => clock.advance(ms),
    held,
    beforeStored: async () => gates.flush?.wait(),
    isOfTheApp: () => false,
  });
  const persist = (status: string) =>
    domain.persistWorkflowSnapshot({ ...RUN, snapshot: { runId: 'r', status, context: {} } as never });
  const status = async () => (await domain.loadWorkflowSnapshot(RUN))?.status;
  return { domain, held, gates, persist, status, deleted };
}

describe('a run that is being suspended', () => {
  it.each(['flush', 'persist'] as const)(
    'is under way for its process until it is stored (%s)',
    async (which) => {
      const { held, gates, persist, status, domain } = await setUp();
      held.born('r');
      await persist('pending');
      const slow = (gates[which] = gate());
      const storing = persist('suspended');
      expect([await status(), (await domain.getWorkflowRunById(RUN))?.runId]).toEqual(['pending', 'r']);
      slow.open();
      await storing;
      expect(await status()).toBe('suspended');
    },
  );

  it('is not stored as under way once more by an update meanwhile', async () => {
    const { gates, persist, domain, status } = await setUp();
    await persist('pending');
    const slow = (gates.persist = gate());
    const storing = persist('suspended');
    const updated = domain.updateWorkflowState({ ...RUN, opts: { status: 'running' } as never });
    await updated.catch(() => undefined);
    slow.open();
    await storing;
    expect(await status()).toBe('suspended');
  });

  it('is deleted in the storage as well', async () => {
    const { gates, persist, domain, deleted } = await setUp();
    await persist('pending');
    const slow = (gates.persist = gate());
    const storing = persist('suspended');
    await domain.deleteWorkflowRunById(RUN);
    slow.open();
    await storing;
    expect(deleted).toEqual([RUN]);
  });
});
