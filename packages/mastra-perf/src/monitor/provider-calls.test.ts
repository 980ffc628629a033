import { expect, it } from 'vitest';
import type { Clock } from '../base/clock.ts';
import { testClock } from '../base/test-clock.ts';
import type { ModelCall } from '../pipeline/call.ts';
import { readAll } from '../pipeline/collect.ts';
import { readerOfParts } from '../pipeline/reader.ts';
import { providerCalls, type ProviderCall } from './provider-calls.ts';

it('does not take for the provider’s time what a call has waited for its turn', async () => {
  let time = 0;
  const clock: Clock = { ...testClock(), monotonic: () => time };
  const told: ProviderCall[] = [];
  const { run } = providerCalls({
    settingsOf: () => ({}),
    clock,
    tell: (call) => told.push(call),
    fault: (_where, error) => expect.unreachable(String(error)),
  });
  const call = {
    method: 'stream',
    caller: { agent: 'a', scope: [] },
    model: { provider: 'p', modelId: 'm', specification: 'v3' },
    request: { prompt: [] },
    facts: { outcome: { name: 'miss' } },
  } as unknown as ModelCall;
  const reply = await run(call, async () => {
    time += 400; // in the queue of its limits
    call.facts.queuedMs = 400;
    time += 100;
    return {
      head: {},
      parts: readerOfParts([
        { type: 'text-delta', id: '0', delta: 'hello' },
        { type: 'finish', finishReason: 'stop', usage: {} },
      ]),
    };
  });
  await readAll(reply);
  expect(told).toMatchObject([{ status: 'ok', ms: 100, firstPartMs: 100 }]);
});
