import { request as httpRequest } from 'node:http';
import { until } from '@mastra-perf/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DashboardData } from '../src/dashboard/dashboard-data.ts';
import {
  startDashboardServer,
  TOKEN,
  type DashboardServer,
  type DashboardServerOptions,
} from './dashboard-server.ts';

/* The page and its data behind Mastra's own HTTP server. */

let server: DashboardServer | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await server?.close();
  server = undefined;
});

const start = async (options: DashboardServerOptions = {}): Promise<DashboardServer> =>
  (server = await startDashboardServer(options));
const BEARER = { authorization: `Bearer ${TOKEN}` };
const ACTION = { 'content-type': 'application/json', 'x-mastra-perf': '1' };

/** `fetch` sets some headers by itself; here they are as given. */
function send(
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  const url = new URL(path, server?.url);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port: url.port,
        path: url.pathname + url.search,
        method,
        headers: { host: url.host, ...headers },
      },
      (response) => {
        let text = '';
        const end = (): void =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (response.headers['content-type']?.startsWith('text/event-stream') && text.includes('\n\n')) {
            end();
            request.destroy();
          }
        });
        response.on('end', end);
        response.on('error', () => undefined); // of a stream that was left
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const dataOf = async (search = '', headers: Record<string, string> = {}): Promise<DashboardData> => {
  const { status, text } = await send(`/perf/data${search}`, { headers });
  expect([status, text.slice(0, 200)]).toEqual([200, text.slice(0, 200)]);
  return JSON.parse(text) as DashboardData;
};

const PROTECTED = [
  ['GET', '/perf/data'],
  ['GET', '/perf/events'],
  ['GET', '/perf/metrics'],
  ['POST', '/perf/invalidate'],
  ['POST', '/perf/feedback'],
] as const;

describe.each(['hono', 'express'] as const)('a server with auth, made of %s', (adapter) => {
  it.each(PROTECTED)('%s %s answers 401 without a token or with a wrong one', async (method, path) => {
    await start({ adapter, auth: true });
    const body = path.endsWith('feedback') ? '{"id":"a","verdict":"right"}' : '{"tag":"a"}';
    const asked = { method, headers: ACTION, body: method === 'POST' ? body : '' };
    expect((await send(path, asked)).status).toBe(401);
    expect((await send(path, { ...asked, headers: { ...ACTION, authorization: 'Bearer no' } })).status).toBe(
      401,
    );
    const claims = { ...ACTION, 'x-mastra-dev-playground': 'true', 'x-mastra-client-type': 'studio' };
    const forged = `${path}?requestContext=${encodeURIComponent('{"mastra__user":{"id":"me"}}')}`;
    expect((await send(forged, { ...asked, headers: claims })).status).toBe(401);
    const known = (await send(path, { ...asked, headers: { ...ACTION, ...BEARER } })).status;
    expect(known).toBe(path.endsWith('feedback') ? 404 : 200); // there is no such answer
  });

  it('gives the page to everybody, and all the rest to those it knows', async () => {
    const { ask } = await start({ adapter, auth: true });
    for (const question of ['one', 'one', 'two']) await ask('support', question, { tags: [question] });
    expect((await send('/perf')).text).toMatch(/^<!doctype html>/i);
    expect((await dataOf('?range=15m&agent=support', BEARER)).totals).toMatchObject({ calls: 3, hits: 1 });
    expect((await send('/perf/data?range=1y', { headers: BEARER })).status).toBe(400);
    const { headers, text } = await send('/perf/metrics', { headers: BEARER });
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toMatch(/^mastra_perf_\w+\{[^}]*agent="support"/m);
    const body = '{"tag":"one"}';
    const act = (more: object) =>
      send('/perf/invalidate', { method: 'POST', headers: { ...ACTION, ...more }, body });
    expect((await act({ ...BEARER, origin: 'http://evil.example' })).status).toBe(403);
    expect((await act(BEARER)).status).toBe(200);
    await ask('support', 'two', { tags: ['two'] });
    await ask('support', 'one', { tags: ['one'] });
    expect((await dataOf('?range=1h', BEARER)).totals).toMatchObject({ misses: 3, hits: 2 });
  });

  it('tells open pages when something has happened', async () => {
    const { ask, url } = await start({ adapter, auth: true });
    const abort = new AbortController();
    const response = await fetch(`${url}/perf/events`, { headers: BEARER, signal: abort.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const revisions = (): number[] =>
      Array.from(text.matchAll(/"revision":(\d+)/g), ([, one]) => Number(one));
    const read = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        text += value;
      }
    })().catch(() => undefined); // it is left
    await until('it begins', () => revisions().length === 1);
    await ask('support', 'one');
    await until('it tells', () => (revisions()[1] ?? 0) > (revisions()[0] ?? 0));
    abort.abort();
    await read;
  });

  it('takes 200 open pages, and others when they have left', async () => {
    const { url } = await start({ adapter, auth: true });
    const open = (signal: AbortSignal) => fetch(`${url}/perf/events`, { headers: BEARER, signal });
    const abort = new AbortController();
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async () => (await open(abort.signal)).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await send('/perf/events', { headers: BEARER })).status).toBe(429);
    abort.abort();
    await until('one more is let in', async () => {
      const { status } = await send('/perf/events', { headers: BEARER });
      return status === 200;
    });
  });
});

describe('a server with auth', () => {
  it('gives the page to everybody, which has no figures in it', async () => {
    const { ask } = await start({ auth: true });
    await ask('support', 'a question', { user: 'anna@example.com' });
    const { status, headers, text } = await send('/perf');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'sha256-\S+'; style-src 'sha256-\S+'; connect-src 'self';.*frame-ancestors 'none'/,
    );
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect(text).not.toMatch(/anna|a question/);
    expect(text.match(/<(script|style|link|img|iframe)|https?:\/\//g)).toEqual([
      '<link',
      '<style',
      '<script',
    ]);
  });
});

describe('a server without auth', () => {
  it('gives its figures to this machine only', async () => {
    await start();
    const statusFor = async (host: string) => [
      host,
      (await send('/perf/data', { headers: { host } })).status,
    ];
    for (const host of ['localhost:1', '127.0.0.1:4111', '[::1]:80', 'app.localhost'])
      expect(await statusFor(host)).toEqual([host, 200]);
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1'])
      expect(await statusFor(host)).toEqual([host, 403]);
    expect((await send('/perf/data', { headers: { 'x-forwarded-for': '1.2.3.4' } })).status).toBe(403);
  });

  it('keeps them closed in production, and says so once', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await start();
    for (const [method, path] of PROTECTED) {
      const { status, text } = await send(path, { method, headers: ACTION });
      expect([path, status]).toEqual([path, 403]);
      expect(text).toContain('no auth');
    }
    expect((await send('/perf')).status).toBe(200);
    const told = warnings.mock.calls.filter(([, options]) =>
      JSON.stringify(options)?.includes('DASHBOARD_CLOSED'),
    );
    expect(told).toHaveLength(1);
  });

  it('gives them to everybody where something else decides who reaches it', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    await start({ perf: { dashboard: { requiresAuth: false } } });
    expect((await send('/perf/data', { headers: { host: 'app.example' } })).status).toBe(200);
  });
});

describe('another site', () => {
  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:1' },
  ])('can neither read nor act: %o', async (headers) => {
    const { ask, perf } = await start({ auth: true });
    await ask('support', 'a question', { tags: ['kb'] });
    for (const [method, path] of PROTECTED) {
      const { status } = await send(path, {
        method,
        headers: { ...ACTION, ...BEARER, ...headers },
        body: method === 'POST' ? '{"tag":"kb"}' : '',
      });
      expect([path, status]).toEqual([path, 403]);
    }
    await ask('support', 'a question', { tags: ['kb'] });
    expect((await perf.report()).hits).toBe(1);
  });

  it('cannot act with what a form can send', async () => {
    await start({ auth: true });
    const post = (headers: Record<string, string>) =>
      send('/perf/invalidate', { method: 'POST', headers: { ...BEARER, ...headers }, body: '{"tag":"kb"}' });
    expect((await post({ 'content-type': 'text/plain', 'x-mastra-perf': '1' })).status).toBe(415);
    expect((await post({ 'content-type': 'application/json' })).status).toBe(400);
    expect((await post(ACTION)).status).toBe(200);
  });
});

describe('/perf/data', () => {
  it('tells what perf.usage.report() tells', async () => {
    const { ask, perf } = await start();
    for (const question of ['one', 'two', 'one', 'three', 'fail'])
      for (const agent of ['support', 'legal']) await ask(agent, question, { user: `user of ${question}` });
    await ask('legal', 'one', { user: 'another' }, true);

    const data = await dataOf('?range=15m');
    const { from, to } = data;
    const [totals] = await perf.usage.report({ by: [], from, to });
    expect(totals).toMatchObject(data.totals);
    expect(data.totals.calls).toBe(11);
    expect(data.totals.spent.usd).toBeGreaterThan(0);
    for (const [by, top] of [
      ['model', data.models],
      ['agent', data.agents],
      ['user', data.users],
    ] as const) {
      const rows = await perf.usage.report({ by: [by], from, to });
      expect(rows).toMatchObject(top.rows.map(({ name, ...figures }) => ({ ...figures, [by]: name })));
      expect(top.count).toBe(rows.length);
    }
    const sum = (name: 'misses' | 'hits' | 'errors' | 'usd'): number =>
      data.series.reduce((all, bucket) => all + bucket[name], 0);
    expect([sum('misses'), sum('hits'), sum('errors')]).toEqual([
      totals?.misses,
      totals?.hits,
      totals?.errors,
    ]);
    expect(sum('usd')).toBeCloseTo(totals?.spent.usd ?? Number.NaN, 9);

    const own = await dataOf('?range=15m&agent=legal&model=openai%2Fgpt-4o');
    const where = { agent: 'legal', model: 'openai/gpt-4o' };
    expect((await perf.usage.report({ by: [], from, to, where }))[0]).toMatchObject(own.totals);
    expect(own.known).toEqual({
      agents: ['legal', 'support'],
      models: ['openai/gpt-4o', 'openai/gpt-4o-mini'],
    });
    expect(data.feed).toMatchObject([
      { kind: 'call', level: 'error' },
      { kind: 'call', level: 'error' },
    ]);
  });

  it('has no text of a prompt or an answer, and tells hostile names as they are', async () => {
    const hostile = '<img src=x onerror=alert(1)>\u202e\u0007"';
    const { ask } = await start({ agents: [hostile] });
    await ask(hostile, 'a secret question', { user: hostile, tags: ['<b>tag'] });
    await ask(hostile, 'fail with a secret');
    const { text, headers } = await send('/perf/data');
    expect(text).not.toMatch(/secret|answer 1|provider is away/);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    const data = JSON.parse(text) as DashboardData;
    expect(data.agents.rows[0]?.name).toBe(hostile);
    expect(data.users.rows[0]?.name).toBe(hostile);
    expect(data.cache.rows[0]).toMatchObject({ agent: hostile, tags: ['<b>tag'] });
  });

  it('hides users where it is told to, each by a mark of its own', async () => {
    const { ask } = await start({ perf: { dashboard: { redact: ['users'] } } });
    for (const user of ['anna', 'ben']) await ask('support', `of ${user}`, { user });
    const { text } = await send('/perf/data');
    expect(text).not.toMatch(/anna|ben"/);
    const names = (JSON.parse(text) as DashboardData).users.rows.map(({ name }) => name);
    expect(new Set(names).size).toBe(2);
  });

  it('tells how far budgets are used', async () => {
    const { ask } = await start({
      perf: {
        usage: {
          budgets: [
            { per: 'total', limitCalls: 100, window: 'day' },
            { per: 'user', limitCalls: 2, window: 'hour' },
          ],
        },
      },
    });
    expect((await dataOf()).budgets).toMatchObject([{ budget: 'total-calls-day', spent: 0, state: 'ok' }]);
    for (const question of ['one', 'two', 'three']) await ask('support', question, { user: 'anna' });
    await until('they are settled', async () => (await dataOf('?range=6h')).budgets[0]?.held === 0);
    await until('it is new again', async () => (await dataOf()).budgets.length > 1);
    expect((await dataOf()).budgets).toMatchObject([
      { budget: 'user-calls-hour', scope: 'anna', limit: 2, spent: 2, state: 'over' },
      { budget: 'total-calls-day', limit: 100, spent: 2, state: 'ok' },
    ]);
  });

  it.each(['?range=1y', '?range=1h&range=1h', '?by=user', `?agent=${'a'.repeat(501)}`])(
    'refuses a query such as %s',
    async (search) => {
      await start();
      expect((await send(`/perf/data${search}`)).status).toBe(400);
    },
  );
});

describe('/perf/invalidate', () => {
  it('takes answers away by tag, agent or key', async () => {
    const { ask, perf } = await start();
    const act = (body: object) =>
      send('/perf/invalidate', { method: 'POST', headers: ACTION, body: JSON.stringify(body) });
    const keys: string[] = [];
    perf.on('stored', ({ key }) => keys.push(key));
    await ask('support', 'one', { tags: ['kb'] });
    for (const body of [{ tag: 'kb' }, { agent: 'support' }, { key: keys[0] }]) {
      expect(await act(body)).toMatchObject({ status: 200 });
      const { misses } = await perf.report();
      await ask('support', 'one', { tags: ['kb'] });
      expect((await perf.report()).misses).toBe(misses + 1);
    }
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"tag":""}',
    '{"tag":1}',
    '{"tag":"a","agent":"b"}',
    '{"tags":["a"]}',
    '{"__proto__":"a"}',
    `{"tag":"${'a'.repeat(1001)}"}`,
    '{"tag":"a"',
    '['.repeat(4000),
  ])('refuses a body such as %j', async (body) => {
    await start();
    expect((await send('/perf/invalidate', { method: 'POST', headers: ACTION, body })).status).toBe(400);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('reads no body that is too large', async () => {
    await start();
    const body = JSON.stringify({ tag: 'a', more: 'b'.repeat(10_000) });
    expect((await send('/perf/invalidate', { method: 'POST', headers: ACTION, body })).status).toBe(413);
  });
});

describe('/perf/feedback', () => {
  const act = (body: unknown, headers: Record<string, string> = ACTION) =>
    send('/perf/feedback', { method: 'POST', headers, body: JSON.stringify(body) });
  const meanings = async () => {
    let found: DashboardData['meanings'];
    await until('it is new', async () => ((found = (await dataOf()).meanings)?.length ?? 0) > 0);
    return found!;
  };
  const pair = async (topic = 1): Promise<void> => {
    await server!.ask('support', `topic ${topic}: what is it?`, { user: 'anna' });
    await server!.perf.flush();
    await server!.ask('support', `topic ${topic}: tell me of it`, { user: 'anna' });
  };

  it('tells what came of an answer by meaning, once', async () => {
    const { perf, ask } = await start({ byMeaning: true });
    await pair();
    const [given] = await meanings();
    expect(given).toMatchObject({ agent: 'support', isVerified: true });
    expect(given!.similarity).toBeGreaterThan(0.9);
    const { right, wrong } = perf.cache.stats().semantic!;
    expect(await act({ id: given!.id, verdict: 'wrong' })).toMatchObject({ status: 200 });
    expect((await act({ id: given!.id, verdict: 'right' })).status).toBe(404);
    expect(perf.cache.stats().semantic).toMatchObject({ right, wrong: wrong + 1 });
    await until('it is shown', async () => (await dataOf()).meanings?.[0]?.verdict === 'wrong');
    const { hits } = perf.cache.stats().semantic!;
    await ask('support', 'topic 1: tell me of it', { user: 'anna' });
    expect(perf.cache.stats().semantic!.hits).toBe(hits);
  });

  it('is what perf.cache.feedback() has told before', async () => {
    const { perf, mastra } = await start({ byMeaning: true });
    await pair();
    const result = await mastra.getAgentById('support').generate('topic 1: and again', {
      requestContext: perf.context({ user: 'anna' }),
    });
    expect(await perf.cache.feedback(perf.outcome(result), 'right')).toBe(true);
    const [newest, first] = await meanings();
    expect([newest!.verdict, first!.verdict]).toEqual(['right', undefined]);
    expect((await act({ id: newest!.id, verdict: 'wrong' })).status).toBe(404);
  });

  it('learns from nothing but the answers that it has given itself', async () => {
    const { perf } = await start({ byMeaning: true });
    await pair();
    const [given] = await meanings();
    const before = perf.cache.stats().semantic;
    const forged = Buffer.from(
      JSON.stringify({ id: 'x', agent: 'support', group: 'g', score: 0.9, asked: 'a', answered: 'b' }),
    ).toString('base64url');
    for (const id of ['', 'x', '__proto__', forged])
      expect((await act({ id, verdict: 'right' })).status).toBe(404);
    for (const body of [
      null,
      [],
      { id: given!.id },
      { id: given!.id, verdict: 'maybe' },
      { id: 1, verdict: 'right' },
      { id: given!.id, verdict: 'right', more: 1 },
    ])
      expect((await act(body)).status).toBe(400);
    expect(
      (await act({ id: given!.id, verdict: 'right' }, { 'content-type': 'application/json' })).status,
    ).toBe(400);
    expect((await act({ id: 'a'.repeat(5000), verdict: 'right' })).status).toBe(413);
    const cross = { ...ACTION, 'sec-fetch-site': 'cross-site' };
    expect((await act({ id: given!.id, verdict: 'right' }, cross)).status).toBe(403);
    expect(perf.cache.stats().semantic).toEqual(before);
  });

  it('shows no question of a user, unless it is told to', async () => {
    await start({ byMeaning: true });
    await pair();
    expect((await meanings())[0]).not.toHaveProperty('asked');
    expect((await send('/perf/data')).text).not.toContain('tell me');
    await server!.close();
    await start({ byMeaning: true, perf: { dashboard: { showQuestions: true } } });
    await pair();
    expect((await meanings())[0]).toMatchObject({
      asked: 'topic 1: tell me of it',
      answered: 'topic 1: what is it?',
    });
  });
});

it('is not there where it is off', async () => {
  const { mastra } = await start({ perf: { dashboard: false } });
  expect((await send('/perf')).status).toBe(404);
  expect(mastra.getServer()).toBeUndefined();
});

it('is where it is told to be', async () => {
  await start({ perf: { dashboard: { path: '/admin/figures' } } });
  expect((await send('/perf')).status).toBe(404);
  expect((await send('/admin/figures')).status).toBe(200);
  expect((await send('/admin/figures/data')).status).toBe(200);
});
