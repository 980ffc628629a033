import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import type { MastraCompositeStore } from '@mastra/core/storage';
import { Memory } from '@mastra/memory';
import { mockModel } from '@mastra-perf/testkit';
import { createPerf, type Perf, type PerfOptions } from 'mastra-perf';

export interface Level {
  readonly name: string;
  /** `undefined`: without the plugin. */
  readonly storage?: PerfOptions['storage'];
  /** With the storage made fast by its adapter. */
  readonly fast?: boolean;
}

/** An agent that remembers ten messages, with a model that answers at once. The response cache is off: each call asks it. */
export function anAgent(
  storage: MastraCompositeStore,
  level: Level,
): { agent: Agent; perf: Perf | undefined } {
  const perf = level.storage === undefined ? undefined : createPerf({ cache: false, storage: level.storage });
  const agent = new Agent({
    id: 'a',
    name: 'a',
    instructions: 'Answer briefly.',
    model: mockModel({ spec: 'v3' }) as never,
    memory: new Memory({ storage, options: { lastMessages: 10 } }),
  });
  new Mastra({ agents: { a: agent }, logger: false, storage, ...(perf && { processors: { perf } }) });
  return { agent, perf };
}
