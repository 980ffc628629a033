import type { Clock } from '../base/clock.ts';
import { isAborted } from '../pipeline/failure.ts';
import { createWaitingTurns, type Waiting, type WaitingTurns } from './waiting-turns.ts';

/** Gives a slot back; a second time it does nothing. */
export type Release = () => void;

export interface Slot {
  readonly release: Release;
  readonly waited: boolean;
}

/** How many calls of each agent are under way in this process. */
export interface Slots {
  enter(agent: string, concurrency: number, waiting: Waiting): Promise<Slot>;
  /** Nobody waits any more. */
  open(): void;
}

interface Agent {
  used: number;
  concurrency: number;
  readonly turns: WaitingTurns<undefined, Release>;
}

export function createSlots(clock: Clock): Slots {
  const agents = new Map<string, Agent>();
  let isOpen = false;

  const agentOf = (name: string): Agent => {
    const known = agents.get(name);
    if (known) return known;
    const agent = { used: 0, concurrency: 0, turns: createWaitingTurns<undefined, Release>(clock) };
    agents.set(name, agent);
    return agent;
  };
  const take = (name: string, agent: Agent): Release => {
    let held = true;
    agent.used++;
    return () => {
      if (!held) return;
      held = false;
      agent.used--;
      handOn(name, agent);
    };
  };
  const handOn = (name: string, agent: Agent): void => {
    for (const place of agent.turns.next(Math.max(0, agent.concurrency - agent.used)))
      agent.turns.give(place, take(name, agent));
    if (agent.used === 0 && agent.turns.size === 0) agents.delete(name);
  };

  return {
    async enter(name, concurrency, waiting) {
      const agent = agentOf(name);
      agent.concurrency = concurrency;
      if (isOpen || (agent.used < concurrency && agent.turns.size === 0))
        return { release: take(name, agent), waited: false };
      const release = await agent.turns.wait(undefined, waiting);
      if (!isAborted(waiting.signal)) return { release, waited: true };
      release();
      throw waiting.signal?.reason;
    },
    open() {
      isOpen = true;
      for (const [name, agent] of agents)
        for (const place of agent.turns.next(agent.turns.size)) agent.turns.give(place, take(name, agent));
    },
  };
}
