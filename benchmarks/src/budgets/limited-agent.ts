import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { TokenCostControl } from '@mastra/core/processors';
import { InMemoryStore } from '@mastra/core/storage';
import { MastraStorageExporter, Observability } from '@mastra/observability';
import { PostgresStoreVNext } from '@mastra/pg';
import { createPerf, type PerfOptions } from 'mastra-perf';
import { postgresStore } from 'mastra-perf-pg';
import { redisStore } from 'mastra-perf-redis';
import { LIMIT_USD, type CallerOptions } from './callers.ts';

const agentOn = (modelUrl: string, extra: object = {}): Agent =>
  new Agent({
    id: 'a',
    name: 'a',
    instructions: 'Answer briefly.',
    model: { id: 'openai/gpt-4', url: modelUrl, apiKey: 'k', api: 'responses' },
    maxRetries: 0,
    ...extra,
  } as never);

export interface LimitedAgent {
  readonly agent: Agent;
  /** Calls of which the limit could not be asked. */
  readonly unavailable: () => number;
}

function withPerf(store: NonNullable<PerfOptions['store']>, modelUrl: string): LimitedAgent {
  const perf = createPerf({
    store,
    ...(process.env.ST && {storeTimeout: process.env.ST as '5s'}),
    cache: false,
    coalesce: false,
    usage: { budgets: [{ per: 'resource', limitUsd: LIMIT_USD, window: 'day' }] },
  });
  const agent = agentOn(modelUrl);
  new Mastra({ agents: { agent }, logger: false, storage: new InMemoryStore(), processors: { perf } });
  let unavailable = 0;
  perf.on('budget', ({ kind }) => void (kind === 'unavailable' && unavailable++));
  return { agent, unavailable: () => unavailable };
}

/** As its documentation has it: metrics go to a storage that all processes share. */
function withTokenCostControl(connectionString: string, schemaName: string, modelUrl: string): LimitedAgent {
  const control = new TokenCostControl({ maxCost: LIMIT_USD, scope: 'resource', window: '24h' });
  const agent = agentOn(modelUrl, { inputProcessors: [control] });
  new Mastra({
    agents: { agent },
    logger: false,
    storage: new PostgresStoreVNext({
      id: schemaName,
      connectionString,
      schemaName,
      observability: { connectionString, schemaName },
    }),
    observability: new Observability({
      configs: { default: { serviceName: 'bench', exporters: [new MastraStorageExporter()] } },
    }),
  });
  return { agent, unavailable: () => 0 };
}

export function limitedAgent(options: CallerOptions): LimitedAgent {
  const { limiter, redisUrl, connectionString, prefix, modelUrl } = options;
  if (limiter === 'redis') return withPerf(redisStore({ url: redisUrl, prefix }), modelUrl);
  if (limiter === 'postgres') return withPerf(postgresStore({ connectionString, schema: prefix }), modelUrl);
  return withTokenCostControl(connectionString, prefix, modelUrl);
}
