import type { SystemName } from '../answering/systems.ts';
import type { Table } from '../table.ts';
import { versionsLine } from '../versions.ts';
import { faults } from './faults.ts';
import { PATIENCE_MS, type FaultFigures } from './figures.ts';
import { RECOVERY_MS, type Watched } from './watch-fault.ts';

export const TITLE = 'What callers notice of a Redis in trouble, 50 calls a second for each system';
const OURS: SystemName = 'mastra-perf';
const COLUMNS = [
  'fault',
  'system',
  'calls',
  'failed',
  'pending',
  'p99 added, first s',
  'p99 added, later',
  'hits before',
  'well again after',
];

export const faultTables = (watched: readonly Watched[], faultMs: number): readonly Table[] => [
  comparison(watched, faultMs),
  ownCounts(watched),
];

function comparison(watched: readonly Watched[], faultMs: number): Table {
  const all = watched.flatMap(({ fault, seen }) => seen.map((one) => ({ ...one, fault: fault.name })));
  const lateMs = Math.max(0, ...all.map(({ figures }) => (typeof figures === 'string' ? 0 : figures.lateMs)));
  const ended = all.filter(({ figures }) => typeof figures === 'string');
  return {
    title: TITLE,
    columns: COLUMNS,
    rows: all.map(({ fault, system, figures }) => [
      fault,
      system,
      ...(typeof figures === 'string' ? ['ended'] : cellsOf(figures)),
    ]),
    notes: [
      faults.map(({ name, is }) => `${name}: ${is}.`).join('\n'),
      [
        `Each fault holds for ${faultMs / 1000} s; all systems are in it at the same time, each in a process of its own.`,
        'Half of the calls ask what another instance was asked 220 ms before.',
        `Failed: an error, or no answer within ${PATIENCE_MS / 1000} s. Pending: waiting for more than 1 s when the fault ends.`,
        'Added, in ms: 99th percentile of the calls less that of the same calls without a store.',
        'Hits before: repeated questions that Redis answered before the fault.',
        `Well again: Redis answers such a question again; looked for during ${RECOVERY_MS / 1000} s.`,
      ].join('\n'),
      `Calls were made up to ${lateMs.toFixed(0)} ms later than planned: so busy was the machine.`,
      versionsLine('bentocache', 'cacheable', '@keyv/redis', '@mastra/redis', 'ioredis'),
      ...ended.map(({ fault, system, figures }) => `${system}, ${fault}: ${figures as string}`),
    ],
    wrong: all.flatMap(({ fault, system, figures }) =>
      wrongIn(system, figures).map((what) => `${fault}: ${system}: ${what}`),
    ),
  };
}

const cellsOf = (figures: FaultFigures): string[] => [
  `${figures.calls}`,
  `${figures.failed}`,
  `${figures.pending}`,
  milliseconds(figures.addedAtFirst),
  milliseconds(figures.addedLater),
  `${(figures.hitsBefore * 100).toFixed(0)} %`,
  recovery(figures),
];

/** A caller that has given up has waited for longer than this by an unknown time. */
const milliseconds = (ms: number): string => (ms > PATIENCE_MS * 0.98 ? `> ${PATIENCE_MS}` : ms.toFixed(1));

function recovery({ hitsBefore, recoveredMs }: FaultFigures): string {
  if (hitsBefore === 0) return '-';
  return recoveredMs === undefined ? 'no' : `${(recoveredMs / 1000).toFixed(1)} s`;
}

/** Of the others only wrong answers: the rest is what the table compares. */
function wrongIn(system: SystemName, figures: FaultFigures | string): string[] {
  const ours = system === OURS;
  if (typeof figures === 'string') return ours ? ['the process has ended'] : [];
  const { wrong, failed, hitsBefore, recoveredMs } = figures;
  return [
    ...(wrong > 0 ? [`${wrong} wrong answers`] : []),
    ...(ours && failed > 0 ? [`${failed} calls have failed, not 0`] : []),
    ...(ours && hitsBefore === 0 ? ['the store has answered nothing before the fault'] : []),
    ...(ours && recoveredMs === undefined ? ['the store has answered nothing after the fault'] : []),
  ];
}

function ownCounts(watched: readonly Watched[]): Table {
  const all = watched.map(({ fault, seen }) => ({
    name: fault.name,
    counts: seen.find(({ system }) => system === OURS)?.counts ?? {},
  }));
  const columns = [...new Set(all.flatMap(({ counts }) => Object.keys(counts)))];
  return {
    title: `${OURS}: what perf.cache.stats().store counts, both instances together, from their start to 10 s after the fault`,
    columns: ['fault', ...columns],
    rows: all.map(({ name, counts }) => [name, ...columns.map((column) => `${counts[column] ?? 0}`)]),
    notes: [],
  };
}
