import { describe, expect, it } from 'vitest';
import { parseOptions } from '../base/parse-options.ts';
import { options } from '../base/schema.ts';
import { budgetRulesShape } from './budget-rules.ts';
import { budgetsSchema, type Budget } from './budget-schema.ts';

const parse = (given: unknown): readonly Budget[] => parseOptions(budgetsSchema(), given, 'usage.budgets');
const one = { per: 'resource', limitUsd: 5, window: 'day' };
const model = {
  doGenerate: async () => ({}),
  doStream: async () => ({}),
  provider: 'p',
  modelId: 'm',
  specificationVersion: 'v3',
};

describe('the options of budgets', () => {
  it('have defaults', () => {
    expect(parse([one])).toEqual([
      {
        name: 'resource-usd-day',
        per: 'resource',
        unit: 'usd',
        limit: 5,
        span: { unit: 'day', zone: 'UTC' },
        onExceed: 'block',
        onUnavailable: 'allow',
        onMissingIdentity: 'shared',
        alerts: [0.5, 0.8, 1],
      },
    ]);
  });

  it('take windows of the calendar and rolling ones', () => {
    const spans = ['minute', 'hour', 'day', 'week', 'month', '1m', '24h', 90_000].map(
      (window) => parse([{ ...one, window, timezone: 'Europe/Berlin' }])[0]?.span,
    );
    expect(spans.slice(0, 5)).toEqual(
      ['minute', 'hour', 'day', 'week', 'month'].map((unit) => ({ unit, zone: 'Europe/Berlin' })),
    );
    expect(spans.slice(5)).toEqual([{ ms: 60_000 }, { ms: 86_400_000 }, { ms: 90_000 }]);
  });

  it.each([
    { ...one, limitUsd: 0 },
    { ...one, limitUsd: 0.000001 },
    { ...one, limitUsd: Infinity },
    { ...one, limitUsd: () => 5 },
    { per: 'total', limitTokens: 1_000_000, window: 'hour' },
    { per: { label: 'tenant' }, limitCalls: 3, window: '1h', alerts: [] },
    { ...one, alertAtTimesUsual: 1.5 },
    { ...one, alertAtTimesUsual: undefined },
    { ...one, onExceed: 'warn' },
    { ...one, onExceed: { degrade: 'only-if-cached' } },
    { ...one, onExceed: { degrade: model } },
    { ...one, timezone: 'America/St_Johns' },
  ])('take %j', (given) => {
    expect(parse([given])).toHaveLength(1);
  });

  it.each<[unknown, string]>([
    [5, 'usage.budgets: expected an array of at most 50 budgets, got 5'],
    [[5], 'usage.budgets[0]: expected an object of options, got 5'],
    [[{ ...one, limitUSD: 5 }], 'did you mean "limitUsd"?'],
    [[{ ...one, limitUsd: -1 }], 'usage.budgets[0].limitUsd: expected dollars from 0 to 9000000, Infinity'],
    [[{ ...one, limitUsd: Number.NaN }], 'usage.budgets[0].limitUsd: expected dollars'],
    [[{ ...one, limitUsd: 9_000_001 }], 'usage.budgets[0].limitUsd: expected dollars'],
    [[{ ...one, limitUsd: -Infinity }], 'usage.budgets[0].limitUsd: expected dollars'],
    [[{ ...one, limitUsd: '5' }], 'got "5"'],
    [
      [{ per: 'user', limitTokens: 1.5, window: 'day' }],
      'usage.budgets[0].limitTokens: expected a whole number',
    ],
    [
      [{ per: 'user', limitCalls: 1e16, window: 'day' }],
      'usage.budgets[0].limitCalls: expected a whole number',
    ],
    [[{ ...one, limitCalls: 5 }], 'usage.budgets[0]: expected a budget with exactly one of limitUsd'],
    [[{ per: 'user', window: 'day' }], 'usage.budgets[0]: expected a budget with exactly one of limitUsd'],
    [[{ ...one, per: 'team' }], "usage.budgets[0].per: expected 'total', 'resource', 'user'"],
    [[{ ...one, per: { label: '' } }], 'usage.budgets[0].per.label: expected a text of 1 to 200 characters'],
    [[{ limitUsd: 1, window: 'day' }], 'usage.budgets[0].per: expected'],
    [[{ ...one, window: 'year' }], "usage.budgets[0].window: expected 'minute', 'hour', 'day'"],
    [[{ ...one, window: '30s' }], 'usage.budgets[0].window: expected'],
    [[{ ...one, window: '400d' }], 'usage.budgets[0].window: expected'],
    [[{ ...one, window: undefined }], 'usage.budgets[0].window: expected'],
    [[{ ...one, timezone: 'Mars/Olympus' }], 'usage.budgets[0].timezone: expected an IANA time zone'],
    [[{ ...one, timezone: 2 }], 'usage.budgets[0].timezone: expected an IANA time zone'],
    [
      [{ ...one, onExceed: 'explode' }],
      "usage.budgets[0].onExceed: expected 'block', 'warn' or { degrade: … }",
    ],
    [
      [{ ...one, onExceed: { degrade: 'gpt' } }],
      "usage.budgets[0].onExceed.degrade: expected 'only-if-cached'",
    ],
    [[{ ...one, onUnavailable: 'maybe' }], "usage.budgets[0].onUnavailable: expected 'allow' or 'block'"],
    [
      [{ ...one, onMissingIdentity: true }],
      "usage.budgets[0].onMissingIdentity: expected 'shared' or 'block'",
    ],
    [
      [{ ...one, alerts: [0] }],
      'usage.budgets[0].alerts[0]: expected an array of at most 20 numbers above 0',
    ],
    [[{ ...one, alerts: 0.5 }], 'usage.budgets[0].alerts: expected an array'],
    [[{ ...one, alerts: [Number.NaN] }], 'usage.budgets[0].alerts[0]: expected'],
    ...[1, 0, -3, Number.NaN, Infinity, 1001, '3', true, null].map((alertAtTimesUsual): [unknown, string] => [
      [{ ...one, alertAtTimesUsual }],
      'usage.budgets[0].alertAtTimesUsual: expected a number above 1, up to 1000',
    ]),
    [
      [one, { ...one, limitUsd: 6 }],
      'usage.budgets[1].name: expected a name that no other budget has ("resource-usd-day" is taken)',
    ],
  ])('refuse %j', (given, message) => {
    expect(() => parse(given)).toThrow(message);
    expect(() => parse(given)).toThrow(expect.objectContaining({ code: 'MASTRA_PERF_CONFIG' }) as Error);
  });

  it.each<[unknown, string]>([
    [{ onUnknownPrice: 'free' }, "usage.onUnknownPrice: expected 'warn', 'block' or a function"],
    [{ budgetMaxOutputTokens: 0 }, 'usage.budgetMaxOutputTokens: expected a whole number from 1'],
    [{ budgetAlerts: { onAlert: 5 } }, 'usage.budgetAlerts.onAlert: expected a function'],
    [
      { budgetAlerts: { webhook: { url: 'ftp://x', secret: 's'.repeat(16) } } },
      'expected an http or https address',
    ],
    [
      { budgetAlerts: { webhook: { url: 'https://x.example', secret: 'short' } } },
      'expected a text of at least 16',
    ],
  ])('refuse beside them %j', (given, message) => {
    expect(() => parseOptions(options(budgetRulesShape), given, 'usage')).toThrow(message);
  });
});
