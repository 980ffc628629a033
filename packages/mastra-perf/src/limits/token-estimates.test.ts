import { describe, expect, it } from 'vitest';
import { requestTokens } from './request-tokens.ts';
import { tokenEstimates } from './token-estimates.ts';

const requestOf = (text: string, more: object = {}) => ({
  prompt: [{ role: 'user', content: text }],
  ...more,
});
const usageOf = (inputTokens: number, outputTokens: number) => ({
  inputTokens,
  outputTokens,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
});

describe('estimates of tokens', () => {
  it('are by the size of the request, and a page for the answer, before there is one', () => {
    expect(tokenEstimates().of('m', requestOf('x'.repeat(4000))).total).toBe(1404);
  });

  it('learn of each model what its answers tell', () => {
    const estimates = tokenEstimates();
    const request = requestOf('x'.repeat(4000));
    for (let answer = 0; answer < 60; answer++)
      estimates.learn('m', estimates.of('m', request), usageOf(500, 100));
    expect(estimates.of('m', request).total).toBeGreaterThan(580);
    expect(estimates.of('m', request).total).toBeLessThan(640);
    expect(estimates.of('other', request).total).toBe(1404);
  });

  it('learn the mean of answers that differ, from the first ones on', () => {
    const estimates = tokenEstimates();
    const request = requestOf('');
    for (let answer = 0; answer < 4; answer++)
      estimates.learn('m', estimates.of('m', request), usageOf(4, 2000));
    expect(estimates.of('m', request).total).toBeGreaterThan(1500);
    for (let answer = 0; answer < 200; answer++)
      estimates.learn('m', estimates.of('m', request), usageOf(4, answer % 2 ? 100 : 300));
    expect(estimates.of('m', request).total).toBeGreaterThan(180);
    expect(estimates.of('m', request).total).toBeLessThan(225);
  });

  it('think of no longer answer than the request allows', () => {
    expect(tokenEstimates().of('m', requestOf('x'.repeat(400), { maxOutputTokens: 50 })).total).toBe(154);
  });

  it('count what goes along with the messages, and take nothing for what cannot be sent', () => {
    const tools = [{ type: 'function', name: 'weather', inputSchema: { type: 'object' } }];
    expect(requestTokens(requestOf('hi', { tools }))).toBeGreaterThan(requestTokens(requestOf('hi')) + 10);
    const image = { type: 'file', mediaType: 'image/png', data: new Uint8Array(1e6) };
    expect(requestTokens({ prompt: [{ role: 'user', content: [image] }] })).toBe(1004);
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(requestTokens({ prompt: [{ role: 'user', content: circle }] })).toBe(4);
  });
});
