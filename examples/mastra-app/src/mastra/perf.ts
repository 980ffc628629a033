import { createPerf } from 'mastra-perf';

/** The plugin as this application wants it; every option left out has a safe default. */
export const perf = createPerf({
  // By default an answer is kept for the user who asked. This assistant answers from public pages only, the same for everybody,
  // so all users of an agent share its answers.
  cache: { ttl: '1h', scope: 'agent' },
  // What changed between versions must be as new as the pages: no answer of this agent is kept.
  agents: { changelog: { cache: false } },
});
