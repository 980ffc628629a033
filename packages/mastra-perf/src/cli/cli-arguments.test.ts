import { describe, expect, it } from 'vitest';
import { cliArguments } from './cli-arguments.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const STORE = 'redis://127.0.0.1:6379';
const of = (...args: string[]) => cliArguments(['usage', '--store', STORE, ...args], {}, NOW);
const question = (...args: string[]) => {
  const command = of(...args);
  if (typeof command === 'string') throw new Error(command);
  return command.question;
};

describe('the arguments of the command', () => {
  it('are a store, and what perf.usage.report() has by default', () => {
    expect(of()).toEqual({
      store: STORE,
      format: 'table',
      question: { by: ['agent', 'model'], from: NOW - 30 * 86_400_000, to: NOW + 1, where: {} },
    });
  });

  it('are what a report can be asked for', () => {
    const asked = ['--by', 'agent, model,label.team', '--since', '7d', '--until=1d', '--interval', 'hour'];
    const where = ['--where', 'resource=ann', '--where', 'label.team=a=b', '--where=user='.concat('x y')];
    expect(question(...asked, ...where)).toEqual({
      by: ['agent', 'model', 'label.team'],
      from: NOW - 7 * 86_400_000,
      to: NOW - 86_400_000,
      interval: 'hour',
      where: { resource: 'ann', 'label.team': 'a=b', user: 'x y' },
    });
    expect(question('--by', '', '--since', '2026-11-01')).toMatchObject({
      by: [],
      from: Date.UTC(2026, 10, 1),
    });
  });

  it('choose a format and a place in the store', () => {
    expect(of('--json', '--prefix', 'app')).toMatchObject({ format: 'json', prefix: 'app' });
    expect(of('--csv', '--schema', 'perf')).toMatchObject({ format: 'csv', schema: 'perf' });
  });

  it('take the store from one variable, and from no other', () => {
    const env = { MASTRA_PERF_STORE: 'redis://a', REDIS_URL: 'redis://b', DATABASE_URL: 'postgres://c' };
    expect(cliArguments(['usage'], env, NOW)).toMatchObject({ store: 'redis://a' });
    expect(cliArguments(['usage', '--store', STORE], env, NOW)).toMatchObject({ store: STORE });
    const others = { REDIS_URL: env.REDIS_URL, DATABASE_URL: env.DATABASE_URL };
    expect(() => cliArguments(['usage'], others, NOW)).toThrow('--store: expected a URL');
  });

  it.each([
    [['--help'], 'help'],
    [['usage', '-h'], 'help'],
    [['--version'], 'version'],
  ])('ask for other things: %j', (args, command) => {
    expect(cliArguments(args, {}, NOW)).toBe(command);
  });

  it.each<[readonly string[], string]>([
    [[], 'command: expected the word usage'],
    [['usgae'], 'command: expected the word usage, then options, got "usgae"'],
    [['usage', 'all'], 'got "usage all"'],
    [
      ['usage', '--sicne', '7d'],
      'options: expected those of mastra-perf --help, got "Unknown option \'--sicne\'"',
    ],
    [['usage', '--by'], "Option '--by <value>' argument missing"],
    [['usage', '--store', STORE, '--json', '--csv'], '--csv: expected one of the two'],
    [['usage', '--store', STORE, '--by', 'agnet'], '--by: expected agent, model, purpose'],
    [['usage', '--store', STORE, '--by', 'label.'], '--by: expected'],
    [['usage', '--store', STORE, '--since', 'yesterday'], '--since: expected how long ago, such as'],
    [['usage', '--store', STORE, '--until=-1'], '--until: expected'],
    [
      ['usage', '--store', STORE, '--interval', 'week'],
      '--interval: expected minute, hour, day or month, got "week"',
    ],
    [['usage', '--store', STORE, '--where', 'ann'], '--where: expected a name of --by and its value'],
    [['usage', '--store', STORE, '--where', 'resource='], '--where: expected'],
    [['usage', '--store', STORE, '--where', 'team=core'], '--where: expected'],
    [['usage', '--store', STORE, '--where', 'labels=x'], '--where: expected'],
    [['usage', '--store', STORE, '--where', 'user=a', '--where', 'user=b'], 'each name once'],
  ])('are refused with what is right: %j', (args, message) => {
    expect(() => cliArguments(args, {}, NOW)).toThrow(message);
  });

  it('are not repeated where they may be an address', () => {
    expect(() => cliArguments(['usage', 'redis://:secret@host'], {}, NOW)).toThrow('got "usage ***"');
  });
});
