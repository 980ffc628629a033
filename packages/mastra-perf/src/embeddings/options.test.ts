import { describe, expect, it } from 'vitest';
import { PerfConfigError } from '../errors.ts';
import { resolveOptions, type PerfOptions } from '../options.ts';

const embeddingsOf = (options: PerfOptions, agent = 'a') =>
  resolveOptions(options).forAgent([agent]).embeddings;

describe('options of embeddings', () => {
  it('are on by default, and off where it is said', () => {
    expect(embeddingsOf({})).toEqual({});
    expect(embeddingsOf({ embeddings: true })).toEqual({});
    expect(embeddingsOf({ embeddings: false })).toBe(false);
    expect(embeddingsOf({ embeddings: false, agents: { a: { embeddings: true } } })).toEqual({});
    expect(embeddingsOf({ agents: { a: { embeddings: false } } })).toBe(false);
  });

  it('of an agent are merged over those of all', () => {
    const options: PerfOptions = {
      embeddings: { ttl: '1d', batchWait: 0, maxBytes: '1mb', maxParallel: 2 },
      agents: { a: { embeddings: { ttl: '1h', normalize: 'whitespace' } } },
    };
    expect(embeddingsOf(options)).toEqual({ ttl: 3_600_000, batchWait: 0, normalize: 'whitespace' });
    expect(resolveOptions(options).embeddingBounds).toEqual({ maxBytes: 1024 ** 2, maxParallel: 2 });
  });

  it.each([
    [{ ttl: '31d' }, 'ttl'],
    [{ batchWait: '2s' }, 'batchWait'],
    [{ batchWait: -1 }, 'batchWait'],
    [{ normalize: 'loose' }, 'normalize'],
    [{ maxBytes: 0 }, 'maxBytes'],
    [{ maxBatchTexts: 0 }, 'maxBatchTexts'],
    [{ maxBatchTokens: 1.5 }, 'maxBatchTokens'],
    [{ maxParallel: 'all' }, 'maxParallel'],
    [{ batchwait: 1 }, 'batchwait'],
  ])('that are wrong are named: %o', (embeddings, name) => {
    const error = caught(() => resolveOptions({ embeddings } as PerfOptions));
    expect(error).toBeInstanceOf(PerfConfigError);
    expect((error as PerfConfigError).path).toBe(`createPerf.embeddings.${name}`);
  });

  it('bounds hold for all agents together', () => {
    const options = { agents: { a: { embeddings: { maxBytes: '1mb' } } } } as never;
    expect(caught(() => resolveOptions(options))).toMatchObject({
      path: 'createPerf.agents.a.embeddings.maxBytes',
    });
  });
});

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
