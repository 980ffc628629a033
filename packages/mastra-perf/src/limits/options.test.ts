import { describe, expect, it } from 'vitest';
import { parseOptions } from '../base/parse-options.ts';
import { agentLimitSchema, limitSchema } from './options.ts';

const parse = (given: unknown) => parseOptions(limitSchema, given, 'limits');

describe('options of limits', () => {
  it('resolve durations', () => {
    const models = { openai: { requestsPerMinute: 5000, window: '1s' }, 'a/b': { tokensPerMinute: 1 } };
    expect(parse({ concurrency: 2, maxWait: '2m', priority: 'low', maxQueue: 5, models })).toEqual({
      concurrency: 2,
      maxWait: 120_000,
      priority: 'low',
      maxQueue: 5,
      models: { openai: { requestsPerMinute: 5000, window: 1000 }, 'a/b': { tokensPerMinute: 1 } },
    });
  });

  it.each([
    [{ concurrency: 0 }, 'limits.concurrency'],
    [{ concurrency: 1.5 }, 'limits.concurrency'],
    [{ maxQueue: -1 }, 'limits.maxQueue'],
    [{ maxWait: 'soon' }, 'limits.maxWait'],
    [{ priority: 'urgent' }, 'limits.priority'],
    [{ models: { openai: {} } }, 'limits.models.openai'],
    [{ models: { openai: { requestsPerMinute: 0 } } }, 'limits.models.openai.requestsPerMinute'],
    [{ models: { openai: { requestsPerMinute: 1, window: '2m' } } }, 'limits.models.openai.window'],
    [{ models: { openai: { requestPerMinute: 5 } } }, 'limits.models.openai.requestPerMinute'],
    [{ models: [] }, 'limits.models'],
  ])('%j names %s', (given, path) => {
    expect(() => parse(given)).toThrow(expect.objectContaining({ code: 'MASTRA_PERF_CONFIG', path }));
  });

  it('have no models for one agent: what a provider allows is for all of them', () => {
    const given = { models: { openai: { requestsPerMinute: 1 } } };
    expect(() => parseOptions(agentLimitSchema, given, 'limits')).toThrow(/limits.models/);
  });
});
