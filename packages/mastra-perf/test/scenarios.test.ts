import type { MockSpec } from '@mastra-perf/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scenarios } from './scenarios.ts';
import { world, type World } from './world.ts';

const specs: readonly MockSpec[] = ['v2', 'v3', 'v4'];

describe.each(specs)('every way to a model is seen, specification %s', (spec) => {
  let current: World | undefined;
  afterEach(() => current?.perf.close());

  it.each(scenarios)('$name', async ({ calls, run }) => {
    current = world(spec);
    await run(current);
    expect({ model: current.modelCalls(), seen: current.seenCalls() }).toEqual({ model: calls, seen: calls });
  });
});
