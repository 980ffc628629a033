import manifest from '../../package.json' with { type: 'json' };
import { systemClock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { isPerfError } from '../errors.ts';
import { usageCsv } from '../usage/usage-csv.ts';
import type { UsageRow } from '../usage/usage-figures.ts';
import { usageReport } from '../usage/usage-report.ts';
import { cliArguments, type Format, type UsageCommand } from './cli-arguments.ts';
import { HELP } from './help-text.ts';
import { openStore, type Require } from './open-store.ts';
import { usageTable } from './usage-table.ts';
import { withoutPasswords } from './without-passwords.ts';

/** What the command has of its process. */
export interface CliWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the application's folder. */
  readonly require: Require;
  readonly now: () => number;
  /** Resolves when it is written. */
  readonly out: (text: string) => Promise<void>;
  readonly err: (text: string) => Promise<void>;
}

/** 1 is that it failed, 2 that it was asked wrongly. */
export type ExitCode = 0 | 1 | 2;

const REPORT_MS = 60_000;
const CLOSE_MS = 3_000;

/** Never rejects. */
export async function runCli(args: readonly string[], world: CliWorld): Promise<ExitCode> {
  let store: string | undefined;
  try {
    const command = cliArguments(args, world.env, world.now());
    if (command === 'help') await world.out(HELP);
    else if (command === 'version') await world.out(`${manifest.version}\n`);
    else {
      store = command.store;
      await world.out(FORMATS[command.format](await rowsOf(command, world.require)));
    }
    return 0;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const isWrong = isPerfError(error) && error.code === 'MASTRA_PERF_CONFIG';
    const hint = isWrong ? '\nHow to use it: mastra-perf --help' : '';
    await world.err(`mastra-perf: ${withoutPasswords(text, store)}${hint}\n`);
    return isWrong ? 2 : 1;
  }
}

const FORMATS: Readonly<Record<Format, (rows: readonly UsageRow[]) => string>> = {
  table: usageTable,
  json: (rows) => `${JSON.stringify(rows, undefined, 2)}\n`,
  csv: usageCsv,
};

async function rowsOf(command: UsageCommand, require: Require): Promise<UsageRow[]> {
  const { close, connect, ledger } = openStore(command, require);
  try {
    await connect();
    return await withDeadline(systemClock, REPORT_MS, () => usageReport(ledger, command.question));
  } finally {
    // What was found is worth more than a proper goodbye.
    await withDeadline(systemClock, CLOSE_MS, close).catch(() => undefined);
  }
}
