import { parseArgs } from 'node:util';
import { isPerfError, PerfConfigError } from '../errors.ts';
import type { LedgerQuery } from '../stores/ledger.ts';
import type { UsageDimension } from '../usage/usage-figures.ts';
import { labelOf } from '../usage/usage-group.ts';
import { usageQuestion, type UsageQuery } from '../usage/usage-query.ts';

export type Format = 'table' | 'json' | 'csv';

/** A store by its address, and where in it. */
export interface StoreAddress {
  readonly store: string;
  readonly prefix?: string;
  readonly schema?: string;
}

export interface UsageCommand extends StoreAddress {
  readonly question: LedgerQuery;
  readonly format: Format;
}

const OPTIONS = {
  store: { type: 'string' },
  prefix: { type: 'string' },
  schema: { type: 'string' },
  by: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  interval: { type: 'string' },
  where: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  csv: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** What the parts of a query are called here. */
const FLAGS: Readonly<Record<string, readonly [flag: string, accepted: string]>> = {
  by: ['--by', 'agent, model, purpose, resource, user, via or label.<name>, with commas between them'],
  from: ['--since', "how long ago, such as '90m' or '7d', or a date such as '2026-11-01'"],
  to: ['--until', "how long ago, such as '90m' or '7d', or a date such as '2026-11-01'"],
  interval: ['--interval', 'minute, hour, day or month'],
  where: ['--where', 'a name of --by and its value, such as resource=ann or label.team=core; each name once'],
};

/** @throws PerfConfigError that names the wrong argument */
export function cliArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  now: number,
): 'help' | 'version' | UsageCommand {
  const { values, positionals } = parsed(args);
  if (values.help) return 'help';
  if (values.version) return 'version';
  const [command, ...others] = positionals;
  if (command !== 'usage' || others.length > 0) {
    // What stands in a wrong place may be an address with its password.
    const shown = positionals.map((word) => (/^[\w-]{1,20}$/.test(word) ? word : '***')).join(' ');
    throw new PerfConfigError('command', shown, 'the word usage, then options');
  }
  if (values.json && values.csv) throw new PerfConfigError('--csv', '--json', 'one of the two');
  const store = values.store ?? env['MASTRA_PERF_STORE'];
  if (!store) throw new PerfConfigError('--store', store, 'a URL, or one in the variable MASTRA_PERF_STORE');
  return {
    store,
    ...(values.prefix !== undefined && { prefix: values.prefix }),
    ...(values.schema !== undefined && { schema: values.schema }),
    question: questionOf(values, now),
    format: values.json ? 'json' : values.csv ? 'csv' : 'table',
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const [says = ''] = (error as Error).message.split(/\.\s/, 1);
    throw new PerfConfigError('options', says, 'those of mastra-perf --help');
  }
}

type Values = ReturnType<typeof parsed>['values'];

function questionOf({ by, since, until, interval, where = [] }: Values, now: number): LedgerQuery {
  const query: UsageQuery = {
    ...(by !== undefined && { by: namesIn(by) }),
    ...(since !== undefined && { from: since }),
    ...(until !== undefined && { to: until }),
    ...(interval !== undefined && { interval: interval as 'day' }),
    where: conditionsIn(where),
  };
  try {
    return usageQuestion(query, now);
  } catch (error) {
    if (!isPerfError(error) || !(error instanceof PerfConfigError)) throw error;
    const [, part = ''] = /^usage\.report\.(\w+)/.exec(error.path) ?? [];
    const [flag = error.path, accepted = error.accepted] = FLAGS[part] ?? [];
    throw new PerfConfigError(flag, part === 'by' ? by : error.given, accepted);
  }
}

function namesIn(by: string): UsageDimension[] {
  const names = by.split(',').map((name) => name.trim());
  return names.filter(Boolean).map((name) => {
    const label = labelOf(name);
    return label === undefined ? (name as 'agent') : { label };
  });
}

function conditionsIn(where: readonly string[]): Record<string, string | Record<string, string>> {
  const names: Record<string, string> = {};
  const labels: Record<string, string> = {};
  for (const given of where) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(given) ?? [];
    const label = labelOf(name);
    const [into, own] = label === undefined ? [names, name] : [labels, label];
    if (own === '' || own === 'labels' || Object.hasOwn(into, own)) {
      const [flag = '', accepted = ''] = FLAGS['where'] ?? [];
      throw new PerfConfigError(flag, given, accepted);
    }
    into[own] = value;
  }
  return { ...names, ...(Object.keys(labels).length > 0 && { labels }) };
}
