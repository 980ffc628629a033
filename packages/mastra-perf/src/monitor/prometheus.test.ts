import parse from 'parse-prometheus-text-format';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { promFamilies } from './prometheus-families.ts';
import { addToRegistry } from './prometheus-registry.ts';
import { promText } from './prometheus-text.ts';
import { createRecorder } from './recorder.ts';
import { createUsageCounters } from './usage-counters.ts';

interface Parsed {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly metrics: ReadonlyArray<{
    readonly value?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly buckets?: Readonly<Record<string, string>>;
    readonly count?: string;
    readonly sum?: string;
  }>;
}

const familiesIn = (text: string): Map<string, Parsed> =>
  new Map((parse(text) as Parsed[]).map((family) => [family.name, family]));

/** The parser makes one histogram of all of a family: as samples alone they keep their labels. */
const samplesIn = (text: string, name: string): Parsed['metrics'] =>
  (parse(text.replaceAll(/^#.*$/gm, '')) as Parsed[])
    .filter((family) => family.name === name)
    .flatMap(({ metrics }) => metrics);

const HOSTILE = 'a"b\\c\nd{e="f"} 1\n# EOF\r\u2028\ud800,ü</script>';

function setUp() {
  const recorder = createRecorder({ clock: testClock(), maxSeries: 50 });
  const usage = createUsageCounters();
  const figures = [
    { name: 'mastra_perf_cache_bytes', type: 'gauge', help: 'Bytes.', value: 1234 },
    {
      name: 'mastra_perf_store_up',
      type: 'gauge',
      help: 'Up.',
      labels: { store: 'redis' },
      value: 1,
    },
  ] as const;
  const families = () => promFamilies({ recorder, usage, figures: () => figures });
  const text = (format?: 'prometheus' | 'openmetrics') => promText(families(), format);
  const read = () => familiesIn(text());
  return { recorder, usage, families, text, read };
}

describe('text for Prometheus', () => {
  it('is read by a parser, in base units', () => {
    const { recorder, usage, read, text } = setUp();
    for (const ms of [5, 100, 100, 2000]) recorder.record('call', 'miss', 'support', 'openai/m', ms);
    recorder.record('call', 'miss', 'support', 'openai/m', 9000, 'error');
    recorder.record('call', 'hit', 'support', 'openai/m', 0.5);
    recorder.record('store', 'getMany', '', '', 2);
    recorder.record('store', 'getMany', '', '', 50, 'error');
    usage.add('support', 'openai/m', { inputTokens: 10, outputTokens: 5, nanoUsd: 2_500_000 });
    usage.add('support', 'openai/m', { inputTokens: 1, savedMs: 1500 });
    const families = read();
    const labels = { agent: 'support', model: 'openai/m' };
    expect(families.get('mastra_perf_calls_total')).toMatchObject({
      type: 'COUNTER',
      metrics: [
        { value: '4', labels: { ...labels, outcome: 'miss', status: 'ok' } },
        { value: '1', labels: { ...labels, outcome: 'miss', status: 'error' } },
        { value: '1', labels: { ...labels, outcome: 'hit', status: 'ok' } },
      ],
    });
    expect(families.get('mastra_perf_call_duration_seconds')?.type).toBe('HISTOGRAM');
    const samples = (suffix: string) => samplesIn(text(), `mastra_perf_call_duration_seconds${suffix}`);
    const buckets = samples('_bucket').filter(({ labels: of }) => of?.outcome === 'miss');
    expect(buckets.every(({ labels: of }) => of?.agent === 'support' && of.model === 'openai/m')).toBe(true);
    expect(Object.fromEntries(buckets.map(({ labels: of, value }) => [of?.le, value]))).toMatchObject({
      '0.001': '0',
      '0.01': '1',
      '0.08': '1',
      '0.16': '3',
      '1.28': '3',
      '2.56': '4',
      '+Inf': '4',
    });
    expect(samples('_sum').map(({ labels: of, value }) => [of?.outcome, value])).toEqual([
      ['miss', '2.205'],
      ['hit', '0.0005'],
    ]);
    expect(samples('_count').map(({ value }) => value)).toEqual(['4', '1']);
    expect(samplesIn(text(), 'mastra_perf_store_operation_duration_seconds_sum')).toEqual([
      { value: '0.002', labels: { operation: 'getMany' } },
    ]);
    expect(families.get('mastra_perf_operation_errors_total')?.metrics).toEqual([
      { value: '1', labels: { operation: 'store', name: 'getMany' } },
    ]);
    expect(families.get('mastra_perf_input_tokens_total')?.metrics).toEqual([{ value: '11', labels }]);
    expect(families.get('mastra_perf_cost_usd_total')?.metrics).toEqual([{ value: '0.0025', labels }]);
    expect(families.get('mastra_perf_saved_seconds_total')?.metrics).toEqual([{ value: '1.5', labels }]);
    expect(families.get('mastra_perf_cache_bytes')).toMatchObject({
      type: 'GAUGE',
      metrics: [{ value: '1234' }],
    });
    expect(families.get('mastra_perf_store_up')?.metrics[0]?.labels).toEqual({ store: 'redis' });
    expect([...families.values()].every(({ help }) => help.length > 0)).toBe(true);
  });

  it('has no family without samples, and none twice', () => {
    const { recorder, text } = setUp();
    recorder.record('own', '', '', '', 5);
    recorder.record('other own', '', '', '', 5);
    const names = [...text().matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(names).toEqual([
      'mastra_perf_operation_duration_seconds',
      'mastra_perf_cache_bytes',
      'mastra_perf_store_up',
      'mastra_perf_label_overflow_total',
    ]);
  });

  it('shows hostile names as text', () => {
    const { recorder, text, read } = setUp();
    recorder.record('call', 'miss', HOSTILE, 'm', 5);
    const lines = text().split('\n');
    expect(lines.filter((line) => line !== '' && !/^(# (HELP|TYPE) )?mastra_perf_\w+/.test(line))).toEqual(
      [],
    );
    expect(text()).not.toMatch(/[\r\u2028\ud800]/);
    const told = read().get('mastra_perf_calls_total')?.metrics[0]?.labels?.agent;
    expect(told).toContain('a"b\\c\nd{e="f"} 1\n# EOF\ufffd\ufffd\ufffd,ü</script>');
  });

  it('is bounded, whoever calls', () => {
    const { recorder, usage, text, read } = setUp();
    for (let at = 0; at < 10_000; at++) {
      recorder.record('call', 'miss', `agent ${at}`, 'm', 5);
      usage.add(`agent ${at}`, 'm', { inputTokens: 1 });
    }
    expect(text().split('\n').length).toBeLessThan(5000);
    expect(read().get('mastra_perf_label_overflow_total')?.metrics[0]?.value).toBe('9950');
    const calls = read().get('mastra_perf_calls_total')?.metrics ?? [];
    expect(calls.reduce((sum, { value }) => sum + Number(value), 0)).toBe(10_000);
  });

  it('can be that of OpenMetrics', () => {
    const { recorder, text } = setUp();
    recorder.record('call', 'miss', 'support', 'm', 5);
    const open = text('openmetrics');
    expect(open).toContain('# TYPE mastra_perf_calls counter\n');
    expect(open).toContain(
      '\nmastra_perf_calls_total{agent="support",model="m",outcome="miss",status="ok"} 1\n',
    );
    expect(open).toContain('# UNIT mastra_perf_call_duration_seconds seconds\n');
    expect(open.endsWith('\n# EOF\n')).toBe(true);
  });
});

describe('a registry of prom-client', () => {
  it('tells the same figures with its own', async () => {
    const { recorder, families, text } = setUp();
    const registry = new Registry();
    registry.setDefaultLabels({ app: 'shop' });
    const remove = addToRegistry(registry, families);
    recorder.record('call', 'miss', 'support', 'm', 5);
    const told = await registry.metrics();
    const names = [...text().matchAll(/^(\w+)\{?/gm)].map(([, name = '']) => name);
    expect(new Set(names).size).toBe(7);
    for (const name of names) {
      const ours = samplesIn(text(), name);
      expect(ours.length).toBeGreaterThan(0);
      expect(samplesIn(told, name)).toEqual(
        ours.map((sample) => ({ ...sample, labels: { ...sample.labels, app: 'shop' } })),
      );
    }
    remove();
    expect(await registry.metrics()).not.toContain('mastra_perf');
  });

  it('names counters as OpenMetrics wants it where it is asked for that', async () => {
    const { recorder, families } = setUp();
    const registry = new Registry();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    addToRegistry(registry, families);
    recorder.record('call', 'miss', 'support', 'm', 5);
    for (let read = 0; read < 2; read++) {
      const open = await registry.metrics();
      expect(open).toContain('# TYPE mastra_perf_calls counter\n');
      expect(open).toContain('\nmastra_perf_calls_total{');
      expect(open).not.toContain('_total_total');
    }
  });
});
