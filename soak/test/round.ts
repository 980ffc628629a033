import type { RoundResult, UsageRow } from '../src/round-result.ts';
import type { CallRecord } from '../src/traffic/call-record.ts';
import { markOf } from '../src/traffic/users.ts';
import type { LoggedRequest } from '../src/world/house-provider.ts';

const STARTED = 1_000_000;
const TOKENS = { inputTokens: 30, outputTokens: 20 };

/** Ann asked `plain` at process `a0-1` and was answered after 100 ms, 60 of them the provider's. */
export const call = (more: Partial<CallRecord> = {}): CallRecord => ({
  id: 'ann.1',
  user: 'ann',
  phase: 'calm',
  agent: 'plain',
  text: 'And what about number #7?',
  number: 7,
  way: 'client generate',
  startedAt: STARTED,
  endedAt: STARTED + 100,
  answer: `Answer to #7 ${markOf('ann')}: It is known.`,
  ...more,
});

export const failed = (more: Partial<CallRecord> = {}): CallRecord =>
  call({ answer: undefined, error: 'it went wrong', ...more });

export const request = (
  entry: Partial<LoggedRequest['entry']> = {},
  by: Partial<LoggedRequest['by']> = {},
): LoggedRequest => ({
  by: { user: 'ann', call: 'ann.1', phase: 'calm', process: 'a0-1', ...by },
  number: 7,
  entry: {
    n: 1,
    endpoint: 'chat',
    model: 'model',
    stream: false,
    status: 200,
    ...TOKENS,
    cachedTokens: 0,
    startedAt: STARTED + 20,
    endedMs: 60,
    aborted: false,
    ...entry,
  },
});

export const usage = (more: Partial<UsageRow> = {}): UsageRow => ({
  purpose: 'answer',
  agent: 'plain',
  resource: 'ann',
  labels: { process: 'a0-1', phase: 'calm' },
  modelCalls: 1,
  embeddingCalls: 0,
  estimatedCalls: 0,
  hits: 0,
  stale: 0,
  shared: 0,
  spent: { ...TOKENS, usd: 0.001 },
  ...more,
});

/** A round with one call, in which all is well. */
export const round = (more: Partial<RoundResult> = {}): RoundResult => ({
  name: 'a',
  storage: { writes: 'through', history: 'off' },
  calls: [call()],
  controls: [{ startedAt: STARTED, endedAt: STARTED + 5 }],
  requests: [request()],
  broken: new Set(),
  servedBy: new Map([['ann.1', 'a0-1']]),
  troubles: [],
  killed: [],
  usage: [usage()],
  told: {},
  growth: [{ name: 'a0-1', figures: [figures(100, 20), figures(101, 21)] }],
  stops: [{ name: 'a0-1', code: 0, ms: 100, output: '' }],
  ingested: { documents: 1, failures: [] },
  left: { snapshots: 0, leases: [], keys: 3, messages: [] },
  page: { errors: [], text: 'As of 12:00:00', heapMb: 2 },
  ...more,
});

export const figures = (heapMb: number, sockets: number) => ({
  heapMb,
  rssMb: 200,
  handles: { TCPSocketWrap: sockets },
});

export const trouble = (kind: string) => ({ kind, from: STARTED - 1000, to: STARTED + 1000 });
export const LATER = STARTED + 60_000;
