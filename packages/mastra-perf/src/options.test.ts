import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PerfConfigError } from './errors.ts';
import { contextWith, overridesIn } from './mastra/call-overrides.ts';
import { resolveOptions, type PerfOptions } from './options.ts';

const DURATION =
  "a duration such as '250ms', '30s', '5m', '1h' or '7d', or a positive number of milliseconds";
const AGE = `${DURATION}, at most '15d'`;
const WAIT = "false, or a duration such as '30s', at most '10m'";
const STORE = 'a store, such as memoryStore() or redisStore({ url })';
const SIZE = "a size such as '512kb', '64mb' or '1gb', or a positive whole number of bytes";
const FEATURE = 'true, false or an object of options';
const TEXT = 'a text of 1 to 200 characters';
const NORMALIZE = "'exact', 'whitespace', 'insensitive' or a function from text to text";
const OFF = 'false (leave it out to keep the feature on)';
const PRICE = 'a price in dollars per million tokens, 0 or more';
const MODES = "'default', 'bypass', 'refresh', 'only-if-cached' or false";
const ENTRIES = 'a whole number from 1 to 10000000';
const TOP =
  'one of: store, storeTimeout, cache, coalesce, usage, latency, context, embeddings, limits, storage, dashboard, agents';
const CACHE =
  'one of: ttl, scope, storeTruncated, usageOnHit, staleWhileRevalidate, staleIfError, earlyRefresh, normalize, semantic';

type Bad = readonly [path: string, options: unknown, accepted: string, given: unknown];

const badOptions: readonly Bad[] = [
  ['createPerf', null, 'an object of options', null],
  ['createPerf', [], 'an object of options', []],
  ['createPerf', 'cache', 'an object of options', 'cache'],
  ['createPerf', true, 'an object of options', true],
  ['createPerf.cahce', { cahce: true }, `${TOP} (did you mean "cache"?)`, true],
  ['createPerf.Cache', { Cache: false }, `${TOP} (did you mean "cache"?)`, false],
  ['createPerf.storages', { storages: {} }, `${TOP} (did you mean "storage"?)`, {}],
  ['createPerf.storage', { storage: 'fast' }, FEATURE, 'fast'],
  ['createPerf.storage.history', { storage: { history: 'on' } }, "'off' or 'validate' or 'sticky'", 'on'],
  ['createPerf.storage.writes', { storage: { writes: true } }, "'through' or 'behind'", true],
  ['createPerf["agents "]', { 'agents ': {} }, `${TOP} (did you mean "agents"?)`, {}],
  ['createPerf.cache', { cache: 'on' }, FEATURE, 'on'],
  ['createPerf.cache', { cache: null }, FEATURE, null],
  ['createPerf.cache', { cache: 1 }, FEATURE, 1],
  ['createPerf.cache', { cache: [] }, FEATURE, []],
  ['createPerf.cache.ttl', { cache: { ttl: '5 minutess' } }, AGE, '5 minutess'],
  ['createPerf.cache.ttl', { cache: { ttl: 0 } }, AGE, 0],
  ['createPerf.cache.ttl', { cache: { ttl: -1000 } }, AGE, -1000],
  ['createPerf.cache.ttl', { cache: { ttl: Number.NaN } }, AGE, Number.NaN],
  ['createPerf.cache.ttl', { cache: { ttl: Infinity } }, AGE, Infinity],
  ['createPerf.cache.ttl', { cache: { ttl: null } }, AGE, null],
  ['createPerf.cache.scope', { cache: { scope: 'user' } }, "'resource' or 'agent'", 'user'],
  ['createPerf.cache.storeTruncated', { cache: { storeTruncated: 1 } }, 'true or false', 1],
  ['createPerf.cache.usageOnHit', { cache: { usageOnHit: 'none' } }, "'zero' or 'original'", 'none'],
  ['createPerf.cache.maxBytes', { cache: { maxBytes: '64 megs' } }, SIZE, '64 megs'],
  ['createPerf.cache.maxBytes', { cache: { maxBytes: -1 } }, SIZE, -1],
  ['createPerf.cache.maxEntries', { cache: { maxEntries: 0 } }, ENTRIES, 0],
  ['createPerf.cache.maxEntries', { cache: { maxEntries: 10.5 } }, ENTRIES, 10.5],
  ['createPerf.cache.maxEntries', { cache: { maxEntries: '100' } }, ENTRIES, '100'],
  ['createPerf.cache.maxEntries', { cache: { maxEntries: 2 ** 40 } }, ENTRIES, 2 ** 40],
  [
    'createPerf.cache.tll',
    { cache: { tll: '5m' } },
    `${CACHE}, maxBytes, maxEntries, maxEntryBytes, memoryTtl, encryptionKeys (did you mean "ttl"?)`,
    '(a text of 2 characters, not shown)',
  ],
  ['createPerf.coalesce', { coalesce: 'yes' }, FEATURE, 'yes'],
  ['createPerf.coalesce.window', { coalesce: { window: 5 } }, 'one of: wait', 5],
  ['createPerf.coalesce.wait', { coalesce: { wait: 0 } }, WAIT, 0],
  ['createPerf.coalesce.wait', { coalesce: { wait: '1h' } }, WAIT, '1h'],
  ['createPerf.store', { store: 'redis://localhost' }, STORE, 'redis://localhost'],
  ['createPerf.store', { store: { name: 'half', cache: {} } }, STORE, { name: 'half', cache: {} }],
  ['createPerf.storeTimeout', { storeTimeout: '1m' }, `${DURATION}, at most '10s'`, '1m'],
  ['createPerf.cache.ttl', { cache: { ttl: '16d' } }, AGE, '16d'],
  ['createPerf.cache.staleIfError', { cache: { staleIfError: true } }, AGE, true],
  ['createPerf.cache.staleWhileRevalidate', { cache: { staleWhileRevalidate: '1y' } }, AGE, '1y'],
  ['createPerf.cache.earlyRefresh', { cache: { earlyRefresh: 1 } }, 'true or false', 1],
  ['createPerf.cache.normalize', { cache: { normalize: 'loose' } }, NORMALIZE, 'loose'],
  ['createPerf.cache.maxEntryBytes', { cache: { maxEntryBytes: 0 } }, SIZE, 0],
  ['createPerf.latency', { latency: Math.max }, FEATURE, Math.max],
  ['createPerf.latency.histogram', { latency: { histogram: true } }, 'no options here yet', true],
  ['createPerf.usage', { usage: 0 }, FEATURE, 0],
  [
    'createPerf.usage.price',
    { usage: { price: {} } },
    'one of: budgets, onUnknownPrice, budgetMaxOutputTokens, budgetAlerts, prices (did you mean "prices"?)',
    {},
  ],
  [
    'createPerf.usage.prices["acme/x"].inputPerMillion',
    { usage: { prices: { 'acme/x': { inputPerMillion: -1, outputPerMillion: 1 } } } },
    PRICE,
    -1,
  ],
  [
    'createPerf.usage.prices.x.outputPerMillion',
    { usage: { prices: { x: { inputPerMillion: 1 } } } },
    PRICE,
    undefined,
  ],
  ['createPerf.agents', { agents: [] }, 'an object with agent names as keys', []],
  ['createPerf.agents', { agents: 'support' }, 'an object with agent names as keys', 'support'],
  ['createPerf.agents', { agents: null }, 'an object with agent names as keys', null],
  ['createPerf.agents.support', { agents: { support: false } }, 'an object of options', false],
  ['createPerf.agents.support', { agents: { support: null } }, 'an object of options', null],
  ['createPerf.agents["my agent"].cache', { agents: { 'my agent': { cache: 'off' } } }, FEATURE, 'off'],
  ['createPerf.agents["0"].cache.ttl', { agents: { 0: { cache: { ttl: '5y' } } } }, AGE, '5y'],
  [
    'createPerf.agents["a.b"].cahce',
    { agents: { 'a.b': { cahce: true } } },
    'one of: cache, coalesce, usage, latency, context, embeddings, limits (did you mean "cache"?)',
    true,
  ],
  ['createPerf.agents.x.cache.maxBytes', { agents: { x: { cache: { maxBytes: 1 } } } }, CACHE, 1],
  [
    'createPerf.agents.x.usage',
    { agents: { x: { usage: { prices: {} } } } },
    'true or false',
    { prices: {} },
  ],
  ['createPerf.agents.x.coalesce', { agents: { x: { coalesce: [] } } }, FEATURE, []],
];

/* A secret must not be shown because the option was mistyped. */
const mistypedSecret = { cache: { encryptionKey: ['c2VjcmV0'] } };

const badContexts: readonly Bad[] = [
  ['perf.context', null, 'an object of options', null],
  ['perf.context', undefined, 'an object of options', undefined],
  ['perf.context', 'refresh', 'an object of options', 'refresh'],
  ['perf.context.cache', { cache: 'reload' }, MODES, 'reload'],
  ['perf.context.cache', { cache: true }, MODES, true],
  ['perf.context.cache', { cache: { ttl: '5m' } }, MODES, { ttl: '5m' }],
  ['perf.context.ttl', { ttl: '5' }, AGE, '5'],
  ['perf.context.tags', { tags: 'kb' }, 'an array of at most 100 texts, each of 1 to 200 characters', 'kb'],
  ['perf.context.tags[0]', { tags: [''] }, TEXT, ''],
  ['perf.context.scope', { scope: '' }, TEXT, ''],
  ['perf.context.scope', { scope: 7 }, TEXT, 7],
  ['perf.context.user', { user: ' ' }, TEXT, ' '],
  ['perf.context.coalesce', { coalesce: true }, OFF, true],
  ['perf.context.usage', { usage: {} }, OFF, {}],
  ['perf.context.latency', { latency: 'off' }, OFF, 'off'],
  [
    'perf.context.tag',
    { tag: ['kb'] },
    'one of: cache, ttl, tags, scope, user, labels, coalesce, usage, latency, context, embeddings, limits, priority (did you mean "tags"?)',
    '(an array of 1, not shown)',
  ],
];

function problemOf(run: () => unknown): PerfConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof PerfConfigError) return error;
    throw error;
  }
  throw new Error('these options were accepted');
}

describe('wrong options', () => {
  it.each(badOptions)('of createPerf: %s', (path, options, accepted, given) => {
    const error = problemOf(() => resolveOptions(options as PerfOptions));
    expect(error).toMatchObject({ path, accepted, code: 'MASTRA_PERF_CONFIG', name: 'PerfConfigError' });
    expect(error.given).toStrictEqual(given);
    expect(error.message.startsWith(`${path}: expected ${accepted}, got `)).toBe(true);
  });

  it.each(badContexts)('of perf.context: %s', (path, options, accepted, given) => {
    const error = problemOf(() => contextWith(options as object));
    expect(error).toMatchObject({ path, accepted });
    expect(error.given).toStrictEqual(given);
  });

  it('does not show what was given to an option that does not exist', () => {
    const error = problemOf(() => resolveOptions(mistypedSecret as PerfOptions));
    expect(error.path).toBe('createPerf.cache.encryptionKey');
    expect(inspect(error)).not.toContain('c2VjcmV0');
  });

  it('says what was given in words', () => {
    expect(problemOf(() => resolveOptions({ cache: { ttl: '5 minutess' as never } })).message).toBe(
      `createPerf.cache.ttl: expected ${AGE}, got "5 minutess"`,
    );
  });
});

describe('options without anything wrong', () => {
  it.each<[given: object]>([
    [{}],
    [{ cache: undefined, coalesce: undefined, usage: undefined, latency: undefined, agents: undefined }],
    [{ cache: true, coalesce: true, usage: true, latency: true, agents: {} }],
    [{ cache: {}, coalesce: {}, usage: {}, latency: {} }],
    [{ cache: { ttl: undefined, maxBytes: undefined }, usage: { prices: undefined } }],
  ])('are all features with their defaults: %j', (given) => {
    const settings = resolveOptions(given);
    expect(settings.forAgent(['any'])).toStrictEqual({
      cache: {},
      coalesce: {},
      usage: {},
      latency: {},
      context: false,
      embeddings: {},
      limits: false,
      semantic: false,
    });
    expect(settings.bounds).toStrictEqual({});
    expect(settings.agents).toStrictEqual([]);
  });

  it('keep the bounds of the cache apart: they hold for all agents together', () => {
    const settings = resolveOptions({ cache: { ttl: '5m', maxBytes: '1mb', maxEntries: 5 } });
    expect(settings.bounds).toStrictEqual({ maxBytes: 1_048_576, maxEntries: 5 });
    expect(settings.forAgent(['any']).cache).toStrictEqual({ ttl: 300_000 });
  });

  it('turn features off', () => {
    const settings = resolveOptions({
      cache: false,
      coalesce: false,
      usage: false,
      latency: false,
      embeddings: false,
    });
    expect(settings.forAgent(['any'])).toStrictEqual({
      cache: false,
      coalesce: false,
      usage: false,
      latency: false,
      context: false,
      embeddings: false,
      limits: false,
      semantic: false,
    });
    expect(settings.usage).toStrictEqual({});
  });

  it.each<[global: unknown, own: unknown, settings: unknown]>([
    [undefined, undefined, {}],
    [true, false, false],
    [false, undefined, false],
    [false, true, {}],
    [false, {}, {}],
    [false, { ttl: '5m' }, { ttl: 300_000 }],
    [true, { ttl: '5m' }, { ttl: 300_000 }],
    [{ ttl: '1h', scope: 'agent' }, undefined, { ttl: 3_600_000, scope: 'agent' }],
    [{ ttl: '1h', scope: 'agent' }, true, { ttl: 3_600_000, scope: 'agent' }],
    [{ ttl: '1h', scope: 'agent' }, {}, { ttl: 3_600_000, scope: 'agent' }],
    [{ ttl: '1h', scope: 'agent' }, { ttl: '5m' }, { ttl: 300_000, scope: 'agent' }],
    [{ ttl: '1h', scope: 'agent' }, { ttl: undefined }, { ttl: 3_600_000, scope: 'agent' }],
    [{ ttl: '1h' }, false, false],
    [{ ttl: '1h', maxEntries: 3 }, { usageOnHit: 'original' }, { ttl: 3_600_000, usageOnHit: 'original' }],
  ])('merge an agent over all: %j and %j', (cache, own, expected) => {
    const settings = resolveOptions({ cache, agents: { support: { cache: own } } } as PerfOptions);
    expect(settings.forAgent(['support']).cache).toStrictEqual(expected);
    expect(settings.forAgent(['other']).cache).toStrictEqual(
      resolveOptions({ cache } as PerfOptions).forAgent(['other']).cache,
    );
  });

  it('take the first name of an agent that has options', () => {
    const settings = resolveOptions({
      agents: { 'agent-1': { cache: false }, support: { coalesce: false } },
    });
    expect(settings.forAgent(['support', 'agent-1'])).toMatchObject({ cache: {}, coalesce: false });
    expect(settings.forAgent(['x', 'agent-1'])).toMatchObject({ cache: false, coalesce: {} });
    expect(settings.forAgent([])).toMatchObject({ cache: {}, coalesce: {} });
    expect(settings.forAgent(['constructor'])).toMatchObject({ cache: {}, coalesce: {} });
    expect(settings.agents).toStrictEqual(['agent-1', 'support']);
  });

  it('of a run become overrides that only perf.context() can make', () => {
    const given = {
      cache: 'refresh',
      ttl: '5m',
      tags: ['kb:42'],
      user: 'u1',
      coalesce: false,
      usage: undefined,
    };
    const context = contextWith(given as object);
    const found = overridesIn(context as never);
    given.tags.push('kb:43'); // it is the caller's array
    expect({ ...found }).toStrictEqual({
      cache: 'refresh',
      ttlMs: 300_000,
      tags: ['kb:42'],
      user: 'u1',
      coalesce: false,
    });
    expect(overridesIn({ get: () => JSON.parse(JSON.stringify(found)) } as never)).toStrictEqual({});
    expect(overridesIn(undefined)).toStrictEqual({});
  });
});
