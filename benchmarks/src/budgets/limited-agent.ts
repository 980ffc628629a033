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

function withPerf(store: NonNullable<PerfOptions['store']>, modelUrl: string): Agent {
  const perf = createPerf({
    store,
    cache: false,
    coalesce: false,
    usage: {
      budgets: [{ per: 'resource', limitUsd: LIMIT_USD, window: 'day' }],
    },
  });
  const agent = agentOn(modelUrl);
  new Mastra({ agents: { agent }, logger: false, storage: new InMemoryStore(), processors: { perf } });
  return agent;
}

/** As its documentation has it: metrics go to a storage that all processes share. */
function withTokenCostControl(connectionString: string, schemaName: string, modelUrl: string): Agent {
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
  return agent;
}

export function limitedAgent(options: CallerOptions): Agent {
  const { limiter, redisUrl, connectionString, prefix, modelUrl } = options;
  if (limiter === 'redis') return withPerf(redisStore({ url: redisUrl, prefix }), modelUrl);
  if (limiter === 'postgres') return withPerf(postgresStore({ connectionString, schema: prefix }), modelUrl);
  return withTokenCostControl(connectionString, prefix, modelUrl);
}
