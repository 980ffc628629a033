import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { settled, testClock } from '../base/test-clock.ts';
import type { BudgetAlert } from './budget-options.ts';
import { budgetWebhook } from './budget-webhook.ts';

const alert = { type: 'budget.threshold', id: 'ä 1', threshold: 0.5 } as BudgetAlert;
const secret = 'a secret of some length';

type Answer = number | 'no connection' | 'silence';

function setUp(answers: readonly Answer[]) {
  const clock = testClock();
  const faults: string[] = [];
  const asked: Array<{ at: number; headers: Record<string, string>; body: string; signal: AbortSignal }> = [];
  const webhook = budgetWebhook({
    url: 'https://hooks.example/x',
    secret,
    clock,
    random: () => 0,
    fault: (_where, error) => void faults.push(String(error)),
    fetch: async (_url, init) => {
      const { headers, body, signal } = init as {
        headers: Record<string, string>;
        body: string;
        signal: AbortSignal;
      };
      asked.push({ at: clock.now(), headers, body, signal });
      const answer = answers[asked.length - 1] ?? 200;
      if (answer === 'no connection') throw new TypeError('fetch failed');
      if (answer === 'silence') return new Promise<Response>(() => undefined);
      return new Response('thanks', { status: answer });
    },
  });
  const pass = async (ms: number): Promise<void> => {
    for (let step = 0; step < ms; step += 250) {
      await settled();
      clock.advance(250);
    }
    await settled();
  };
  return { clock, webhook, asked, faults, pass };
}

describe('the webhook', () => {
  it('gets what it can verify', async () => {
    const { webhook, asked, faults } = setUp([]);
    webhook.send(alert);
    await webhook.flush();
    const [{ headers, body }] = asked as [(typeof asked)[number]];
    const expected = createHmac('sha256', secret)
      .update(`${headers['x-mastra-perf-timestamp']}.${body}`)
      .digest('hex');
    expect(headers['x-mastra-perf-signature']).toBe(`v1=${expected}`);
    expect(headers['x-mastra-perf-timestamp']).toBe('1750000000');
    expect(headers['x-mastra-perf-id']).toBe('%C3%A4%201');
    expect(JSON.parse(body)).toEqual(alert);
    expect(faults).toEqual([]);
  });

  it('is tried up to five times with growing pauses, each signed anew', async () => {
    const { webhook, asked, faults, pass } = setUp(['no connection', 503, 429, 'silence', 500, 200]);
    webhook.send(alert);
    await pass(60_000);
    expect(asked.map(({ at }) => at - asked[0]!.at)).toEqual([0, 1000, 3000, 7000, 25_000]);
    expect(new Set(asked.map(({ headers }) => headers['x-mastra-perf-signature'])).size).toBe(5);
    expect(new Set(asked.map(({ headers }) => headers['x-mastra-perf-id'])).size).toBe(1);
    expect(asked[3]!.signal.aborted).toBe(true);
    expect(faults).toEqual(['Error: the webhook answered with status 500']);
    await webhook.flush();
  });

  it.each([400, 401, 404, 410])('is not tried again when it refuses with %i', async (status) => {
    const { webhook, asked, faults, pass } = setUp([status]);
    webhook.send(alert);
    await pass(60_000);
    expect(asked).toHaveLength(1);
    expect(faults).toHaveLength(1);
  });

  it('holds at most 100 alerts that could not be sent yet', async () => {
    const { webhook, faults, pass } = setUp(Array.from({ length: 600 }, () => 'no connection' as const));
    for (let alerts = 0; alerts < 103; alerts++) webhook.send(alert);
    expect(faults).toHaveLength(3);
    await pass(60_000);
    expect(faults).toHaveLength(103);
  });

  it('reaches a real server', async () => {
    const got: string[] = [];
    const server = createServer((request, response) => {
      request.on('data', (chunk) => got.push(String(chunk)));
      request.on('end', () => response.writeHead(202).end('ok'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const faults: unknown[] = [];
    const webhook = budgetWebhook({
      url: `http://127.0.0.1:${port}/`,
      secret,
      clock: systemClock,
      random: () => 0,
      fault: (_where, error) => void faults.push(error),
    });
    webhook.send(alert);
    await webhook.flush();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(faults).toEqual([]);
    expect(JSON.parse(got.join(''))).toEqual(alert);
  });
});
