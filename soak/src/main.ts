import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ServiceUnavailableError, startPostgres } from '@mastra-perf/testkit';
import { verdictsOf } from './checks/checks.ts';
import { deckOf } from './faults/deck.ts';
import { stagesOf } from './plan.ts';
import { seeded } from './random.ts';
import { recordReport } from './record-report.ts';
import { reportText, type RoundReport } from './report.ts';
import { playRound } from './round.ts';
import { alone } from './world/house-redis.ts';

const USERS = 12;
const DEFAULT_MINUTES = 20;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    /** Names of faults with commas between them, instead of all. */
    faults: { type: 'string' },
    users: { type: 'string', default: `${USERS}` },
    /** Into docs/soak.md. */
    record: { type: 'boolean', default: false },
    /** A file for all that was seen, as JSON, when a check has failed. */
    dump: { type: 'string' },
  },
});
const minutes = Number(positionals[0] ?? DEFAULT_MINUTES);
if (!(minutes >= 0.5)) throw new Error(`minutes: expected a number from 0.5 on, got ${positionals[0]}`);

// A client of a process that is killed tells on the console what the check of calls tells as well.
console.error = () => undefined;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const random = seeded(Number(values.seed));
const deck = deckOf(random.fork());
await using postgres = await startPostgres();
const rounds: RoundReport[] = [];
for (const { name, says, ms, storage, redis } of stagesOf(minutes)) {
  say(`round ${rounds.length + 1}: ${says}, ${Math.round(ms / 1000)} s`);
  await using redisOfRound = await redis().catch((error: unknown) => {
    if (!(error instanceof ServiceUnavailableError) || process.env['CI']) throw error;
    say(`  a Redis by itself, since ${error.message}`);
    return alone();
  });
  const round = await playRound({
    name,
    ms,
    random: random.fork(),
    users: Number(values.users),
    postgres,
    redis: redisOfRound,
    storage,
    deck,
    faults: values.faults?.split(','),
    say: (line) => say(`  ${line}`),
  });
  const verdicts = verdictsOf(round);
  for (const { what, passed, figures } of verdicts) if (!passed) say(`  failed: ${what}: ${figures}`);
  if (values.dump) await writeFile(`${values.dump}.${name}.json`, JSON.stringify(round, asLists));
  rounds.push({ says, faults: round.troubles.map(({ kind }) => kind), verdicts });
}
const report = reportText(rounds);
say(`\n${report}`);
if (values.record) await recordReport(minutes, report);
const failed = rounds.flatMap(({ verdicts }) => verdicts).filter(({ passed }) => !passed).length;
say(failed === 0 ? '\nall checks passed' : `\n${failed} checks failed`);
process.exitCode = failed === 0 ? 0 : 1;

function asLists(_: string, value: unknown): unknown {
  return value instanceof Map || value instanceof Set ? [...value] : value;
}
