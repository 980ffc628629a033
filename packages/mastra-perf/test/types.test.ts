import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { RequestContext } from '@mastra/core/request-context';
import { mockModel } from '@mastra-perf/testkit';
import { wrapLanguageModel } from 'ai';
import { expect, expectTypeOf, it } from 'vitest';
import { createPerf, PerfConfigError, type Outcome } from '../src/index.ts';

/* What a user's editor says. The lines that must not compile are checked by the type check of this file. */

it('fits where Mastra and the AI SDK want it', async () => {
  const perf = createPerf();
  const agent = new Agent({
    id: 'a',
    name: 'a',
    instructions: 'i',
    model: perf.model(mockModel({ spec: 'v3' })),
  });
  const mastra = new Mastra({ agents: { agent }, logger: false, processors: { perf } });
  expectTypeOf(mastra.getAgent('agent')).toExtend<Agent>();
  expectTypeOf(perf.outcome(await agent.generate('q'))).toEqualTypeOf<Outcome | undefined>();
  const stream = await agent.stream('q', { requestContext: perf.context({ cache: 'bypass' }) });
  expectTypeOf(perf.outcome(stream)).toEqualTypeOf<Promise<Outcome | undefined>>();
  await stream.text;
  const typed = new RequestContext<{ locale: string }>([['locale', 'en']]);
  expectTypeOf(perf.context({ user: 'u' }, typed)).toEqualTypeOf<RequestContext<{ locale: string }>>();
  expectTypeOf(wrapLanguageModel).parameter(0).toHaveProperty('middleware');
  wrapLanguageModel({ model: mockModel({ spec: 'v4' }), middleware: perf.middleware() });
  await perf.close();
});

it('does not compile with wrong options, nor run', () => {
  // @ts-expect-error: not a duration
  expect(() => createPerf({ cache: { ttl: '5 minutes' } })).toThrow(PerfConfigError);
  // @ts-expect-error: not an option
  expect(() => createPerf({ cahce: true })).toThrow(/did you mean/);
  // @ts-expect-error: a feature of the whole process
  expect(() => createPerf({ agents: { a: { cache: { maxBytes: '1mb' } } } })).toThrow(PerfConfigError);
  // @ts-expect-error: cannot be turned on per call
  expect(() => createPerf().context({ usage: true })).toThrow(PerfConfigError);
});
