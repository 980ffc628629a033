export const HELP = `Usage: mastra-perf usage --store <url> [options]

What agents used and what that cost, from the ledger of a store, of all processes that share it.

  --store <url>       redis://, rediss://, postgres:// or postgresql://; or the variable MASTRA_PERF_STORE,
                      where other users of this machine do not see the password
  --prefix <text>     of redisStore(), if it has one
  --schema <name>     of postgresStore(), if it has one

  --by <names>        what makes a row: agent, model, purpose, resource, user, via, label.<name>, with commas
                      between them, or "" for one row; agent,model if left out
  --since <time>      how long ago (90m, 24h, 7d), or a date (2026-11-01, 2026-11-01T12:00Z); 30d if left out
  --until <time>      the same; now if left out
  --interval <name>   a row for each minute, hour, day or month of UTC
  --where <name=value>  only that, such as resource=ann or label.team=core; may be given several times

  --json              the rows as perf.usage.report() gives them
  --csv               the same as CSV
  --help, --version

Run it in the folder of your application: it uses the mastra-perf-redis or mastra-perf-pg that is installed there.
Exit codes: 0, 1 when it failed, 2 when it was asked wrongly.
`;
