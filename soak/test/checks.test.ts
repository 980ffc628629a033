import { expect, test } from 'vitest';
import { verdictsOf } from '../src/checks/checks.ts';
import type { RoundResult } from '../src/round-result.ts';
import { markOf } from '../src/traffic/users.ts';
import { call, failed, figures, LATER, request, round, trouble, usage } from './round.ts';

const failedChecks = (result: RoundResult): string[] =>
  verdictsOf(result)
    .filter(({ passed }) => !passed)
    .map(({ what }) => what);

test('a round in which all is well passes every check', () => {
  expect(failedChecks(round())).toEqual([]);
});

const thread = { agent: 'chat', thread: 't', turn: 1 } as const;
const said = [
  { thread: 't', role: 'user', text: call().text },
  { thread: 't', role: 'assistant', text: call().answer ?? '' },
];
const stored = (messages = said): Partial<RoundResult> => ({
  calls: [call(thread)],
  usage: [usage({ agent: 'chat' })],
  left: { snapshots: 0, leases: [], keys: 0, messages },
});
const killed = [{ name: 'a0-1', at: LATER }];

test.each<[string, string, Partial<RoundResult>]>([
  ['no failed call', 'a call that failed for no reason', { calls: [call(), failed({ id: 'ann.2' })] }],
  [
    'no failed call',
    'documents that failed',
    { ingested: { documents: 5, failures: [{ call: 'ingest.1', error: 'x' }] } },
  ],
  [
    'no foreign answer',
    'the mark of somebody else',
    { calls: [call({ answer: `Answer to #7 ${markOf('bob')}` })] },
  ],
  [
    'no foreign answer',
    'the answer to another question',
    { calls: [call({ answer: `Answer to #8 ${markOf('ann')}` })] },
  ],
  [
    'no foreign answer',
    'a mark in a public answer',
    { calls: [call({ agent: 'public' })], usage: [usage({ agent: 'public' })] },
  ],
  ["provider's log = ledger", 'a row of the ledger is gone', { usage: [] }],
  [
    "provider's log = ledger",
    'a token too many',
    { usage: [usage({ spent: { inputTokens: 31, outputTokens: 20, usd: 0 } })] },
  ],
  ["provider's log = ledger", 'somebody else has paid', { usage: [usage({ resource: 'bob' })] }],
  ["provider's log = ledger", 'nobody asked the provider', { requests: [] }],
  [
    "provider's log = ledger",
    'a row of a killed process is gone long after the request',
    { killed, usage: [] },
  ],
  [
    'no budget passed',
    'more calls than are allowed',
    {
      calls: [call({ user: 'poor-1', answer: `Answer to #7 ${markOf('poor-1')}` })],
      requests: Array.from({ length: 13 }, () => request({}, { user: 'poor-1' })),
      usage: [
        usage({ resource: 'poor-1', modelCalls: 13, spent: { inputTokens: 390, outputTokens: 260, usd: 0 } }),
      ],
    },
  ],
  ['histories complete and in order', 'an answer is not stored', stored(said.slice(0, 1))],
  ['histories complete and in order', 'a question is stored twice', stored([...said, ...said.slice(0, 1)])],
  ['histories complete and in order', 'the answer comes first', stored(said.toReversed())],
  [
    'histories complete and in order',
    'a message of somebody else',
    stored([...said, { thread: 't', role: 'assistant', text: markOf('bob') }]),
  ],
  [
    'histories complete and in order',
    'a thread of nobody',
    stored([...said, { thread: 'u', role: 'user', text: 'x' }]),
  ],
  [
    'histories complete and in order',
    'messages were given up',
    { told: { 'a0-1': { counts: { saveLost: 1 }, faults: [], outcomes: {} } } },
  ],
  [
    'no snapshots or leases left',
    'a snapshot',
    { left: { snapshots: 1, leases: [], keys: 0, messages: [] } },
  ],
  [
    'no snapshots or leases left',
    'a lease',
    { left: { snapshots: 0, leases: ['x'], keys: 0, messages: [] } },
  ],
  [
    'memory and handles flat',
    'the heap has grown',
    { growth: [{ name: 'a', figures: [figures(100, 20), figures(150, 20)] }] },
  ],
  [
    'memory and handles flat',
    'sockets are left open',
    { growth: [{ name: 'a', figures: [figures(100, 20), figures(100, 60)] }] },
  ],
  [
    'p99 of calls without the provider',
    'a slow call',
    { calls: [call({ endedAt: call().startedAt + 5000 })] },
  ],
  ['p99 of calls without the provider', 'nothing was measured', { troubles: [trouble('redis killed')] }],
  [
    'processes stop cleanly',
    'a process that had to be killed',
    { stops: [{ name: 'a', code: null, ms: 30_000, output: '' }] },
  ],
  [
    'processes stop cleanly',
    'a process that took long',
    { stops: [{ name: 'a', code: 0, ms: 5001, output: '' }] },
  ],
  [
    'no error on the page',
    'an error',
    { page: { errors: [{ text: 'TypeError', at: LATER }], text: 'As of 12:00:00', heapMb: 1 } },
  ],
  ['no error on the page', 'no figures', { page: { errors: [], text: 'Loading', heapMb: 1 } }],
  [
    'no error on the page',
    'an address that does not answer while nothing is wrong',
    {
      page: {
        errors: [{ text: 'Failed to load resource: net::ERR_FAILED', at: LATER }],
        text: 'As of 12:00:00',
        heapMb: 1,
      },
    },
  ],
])('%s: %s fails', (what, _, more) => {
  expect(failedChecks(round(more))).toEqual([what]);
});

test.each<[string, Partial<RoundResult>]>([
  ['its user left', { calls: [call(), failed({ id: 'ann.2', leaves: true })] }],
  [
    'the provider failed it',
    {
      calls: [call(), failed({ id: 'ann.2' })],
      requests: [request(), request({ status: 500, inputTokens: 0, outputTokens: 0 }, { call: 'ann.2' })],
    },
  ],
  [
    'the provider broke off the answer that it shared',
    {
      calls: [call(), call({ id: 'ann.2' }), failed({ id: 'ann.3' })],
      requests: [request(), request({ broken: true }, { call: 'ann.2' })],
      usage: [
        usage({ modelCalls: 2, estimatedCalls: 1, spent: { inputTokens: 60, outputTokens: 21, usd: 0 } }),
      ],
    },
  ],
  [
    'its process was killed',
    {
      calls: [call(), failed({ id: 'ann.2' })],
      broken: new Set(['ann.2']),
      servedBy: new Map([['ann.2', 'a0-1']]),
      killed,
    },
  ],
  [
    'its budget is spent',
    {
      calls: [
        call(),
        failed({ id: 'p.1', user: 'poor-1', error: String.raw`budget \"purse\" of resource \"poor-1\"` }),
      ],
    },
  ],
])('a call may fail: %s', (_, more) => {
  expect(failedChecks(round(more))).toEqual([]);
});

test('a call of a thread may fail while the database is away, and no other', () => {
  const calm = call({ id: 'ann.0', startedAt: LATER, endedAt: LATER + 100 });
  const away = {
    troubles: [trouble('postgres restarted')],
    controls: [{ startedAt: LATER, endedAt: LATER + 5 }],
    requests: [request({}, { call: 'ann.0' })],
  };
  expect(failedChecks(round({ ...away, calls: [calm, failed({ agent: 'chat' })] }))).toEqual([]);
  expect(failedChecks(round({ ...away, calls: [calm, failed()] }))).toEqual(['no failed call']);
});

test('after a clock jumped, a thread may be answered to what it was asked before, and the answers stand in one message', () => {
  const jumped = {
    ...stored([...said].toReversed()),
    troubles: [trouble('clock jumps')],
    controls: [{ startedAt: LATER, endedAt: LATER + 5 }],
    calls: [
      call(thread),
      call({ ...thread, id: 'ann.2', turn: 2, text: 'Turn 2: and what about #8?', number: 8 }),
      call({ id: 'ann.3', startedAt: LATER, endedAt: LATER + 50 }),
    ],
    requests: [request(), request({}, { call: 'ann.3' })],
    usage: [usage(), usage({ agent: 'chat' })],
  };
  const answer = call().answer ?? '';
  const texts = [
    { thread: 't', role: 'user', text: 'Turn 2: and what about #8?' },
    { thread: 't', role: 'user', text: call().text },
    { thread: 't', role: 'assistant', text: `${answer}${answer}` },
  ];
  const left = { snapshots: 0, leases: [], keys: 0, messages: texts };
  expect(failedChecks(round({ ...jumped, left }))).toEqual([]);
  expect(failedChecks(round({ ...jumped, left, troubles: [] }))).toEqual([
    'no foreign answer',
    'histories complete and in order',
  ]);
  expect(failedChecks(round({ ...jumped, left: { ...left, messages: texts.slice(1) } }))).toEqual([
    'histories complete and in order',
  ]);
});

test('memory that still grows in the second half of a round is told', () => {
  const lives = (mb: readonly number[]) =>
    failedChecks(round({ growth: [{ name: 'a', figures: mb.map((heap) => figures(heap, 20)) }] }));
  expect(lives([100, 110, 118, 120, 121, 122, 122, 122])).toEqual([]);
  expect(lives([100, 104, 108, 112, 120, 128, 136, 144])).toEqual(['memory and handles flat']);
});

test('what a killed process had not told yet may be missing in the ledger', () => {
  const at = call().endedAt + 500;
  expect(failedChecks(round({ killed: [{ name: 'a0-1', at }], usage: [] }))).toEqual([]);
  expect(failedChecks(round({ killed: [{ name: 'a0-1', at }] }))).toEqual([]);
});

test('the last words before a process is killed may be lost, longer ago where they are written behind', () => {
  const lost = (at: number, writes: 'through' | 'behind') =>
    failedChecks(
      round({
        ...stored([]),
        killed: [{ name: 'a0-1', at }],
        storage: { writes, history: 'off' },
      }),
    );
  expect(lost(call().endedAt + 3000, 'behind')).toEqual([]);
  expect(lost(call().endedAt + 3000, 'through')).toEqual(['histories complete and in order']);
});
