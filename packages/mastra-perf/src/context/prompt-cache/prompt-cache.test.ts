import { describe, expect, it } from 'vitest';
import type { ModelCall } from '../../pipeline/call.ts';
import { compose } from '../../pipeline/compose.ts';
import { answerOf, callOf, replyOf, testModel, textFrom } from '../../pipeline/test-calls.ts';
import { promptCache } from './prompt-cache.ts';
import { tool } from './test-conversations.ts';
import { sent, loop } from './test-sent.ts';

describe('prompt caching', () => {
  it('is off where it is off', async () => {
    const request = { ...loop(2), tools: [tool('b'), tool('a')] };
    const { request: asked, facts } = await sent(request, { settingsOf: () => false });
    expect(asked).toBe(request);
    expect(facts).toBeUndefined();
  });

  it('lets the call through as it was when it fails, and tells it', async () => {
    const request = loop(2);
    const error = new Error('broken');
    const broken = [
      {
        settingsOf: () => {
          throw error;
        },
      },
      {
        isPassing: () => {
          throw error;
        },
      },
    ];
    for (const deps of broken) {
      const { request: asked, faults, text } = await sent(request, deps);
      expect(asked).toBe(request);
      expect(faults).toEqual([error]);
      expect(text).toBe('ok');
    }
    const odd = { prompt: [null, { role: 'user' }] } as never;
    expect((await sent(odd)).request).toBe(odd);
  });

  it('does not change the key of the question', async () => {
    const keys: string[] = [];
    const seen = {
      name: 'seen',
      run: (call: ModelCall, next: (call?: ModelCall) => Promise<never>) => {
        keys.push(call.key());
        return next();
      },
    };
    const model = testModel(() => replyOf(answerOf('ok')));
    const cache = promptCache({
      settingsOf: () => 'auto',
      fault: (_where, error) => expect.fail(String(error)),
    });
    const call = {
      ...callOf(model, { request: loop(1) }),
      model: { provider: 'openai', modelId: 'gpt-5', specification: 'v4' },
    };
    await textFrom(compose([seen, cache, seen] as never, () => undefined)(call));
    expect(keys[1]).toBe(keys[0]);
    expect(model.asked[0]!.request.providerOptions).toBeDefined();
  });
});
