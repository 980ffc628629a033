export { mockEmbedder, type MockEmbedder, type MockEmbedderOptions } from './mocks/mock-embedder.ts';
export {
  mockLegacyModel,
  type MockLegacyModel,
  type MockLegacyModelOptions,
} from './mocks/mock-legacy-model.ts';
export { mockModel, type MockLanguageModel, type MockModelOptions } from './mocks/mock-model.ts';
export type { MockAnswer, MockFinishReason, MockPace, MockUsage } from './mocks/mock-answer.ts';
export type { MockCalls } from './mocks/mock-calls.ts';
export type { MockCallOptions, MockSpec } from './mocks/mock-spec.ts';
export { dieWhileHolding, type BudgetStanding, type DiedWhileHolding } from './budgets/die-while-holding.ts';
export { spendOneDollar, type OneDollar } from './budgets/spend-one-dollar.ts';
export { withHoldsOf } from './budgets/with-holds-of.ts';
export type { Spender, SpenderSettings, StartSpender } from './budgets/spender.ts';
export {
  hammerRate,
  mostOverRate,
  type HammeredRate,
  type Hammering,
  type RateGrant,
} from './rates/hammer-rate.ts';
export { askInOtherWords, topicsEmbedder } from './questions/ask-in-other-words.ts';
export { countCalls } from './usage/count-calls.ts';
export { startCountingProcess, type CountingEnd, type CountingProcess } from './usage/counting-process.ts';
export { obey } from './processes/obey.ts';
export { startProcess, type StartedProcess } from './processes/start-process.ts';
export { hashVector } from './hash-vector.ts';
export { gate, type Gate } from './gate.ts';
export { reasonOf } from './reason-of.ts';
export { until, untilWorks } from './until.ts';
export { within } from './within.ts';
export {
  startSimulatedProvider,
  type SimulatedProvider,
} from './simulated-provider/start-simulated-provider.ts';
export type {
  ProviderAnswer,
  ProviderFault,
  SimulatedProviderOptions,
} from './simulated-provider/provider-options.ts';
export type { ProviderLogEntry, ProviderTotals } from './simulated-provider/provider-log.ts';
export type { ProviderEndpoint, ProviderRequest } from './simulated-provider/provider-request.ts';
export type { ProviderMessage } from './simulated-provider/provider-messages.ts';
export { service, type Service } from './services/service.ts';
export { ServiceUnavailableError } from './services/service-unavailable-error.ts';
export { startDelayProxy, type DelayProxy, type DelayProxyOptions } from './services/start-delay-proxy.ts';
export { startPglite, type PgliteServer } from './services/start-pglite.ts';
export { startPostgres, type PostgresServer } from './services/start-postgres.ts';
export { startRedis, type RedisServer } from './services/start-redis.ts';
export {
  startRedisCluster,
  type RedisCluster,
  type RedisClusterNode,
} from './services/start-redis-cluster.ts';
export {
  startRedisSentinel,
  type RedisAddress,
  type RedisSentinel,
} from './services/start-redis-sentinel.ts';
