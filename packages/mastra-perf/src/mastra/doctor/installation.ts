import { isObject } from '../../base/record.ts';
import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import type { MastraLike } from '../host.ts';
import { pgVectors, recallOf, type PgVectors, type Recall } from './pg-vectors.ts';
import { findPools, type PoolFound } from './pools.ts';
import { postgresStorage, type PostgresStorage } from './postgres-storage.ts';
import { reasonOf } from './reason.ts';
import { redisStorage, type RedisStorage } from './redis-storage.ts';
import type { SkippedCheck } from './report.ts';
import { field, hasMethods, textField } from './shapes.ts';

/** How long an agent may take to give its memory. */
const MEMORY_MS = 5000;

/** The store of the plugin. */
export interface StoreLike {
  readonly name: string;
  health(): Promise<void>;
}

/** What is looked at. */
export interface DoctorHost extends MastraLike {
  listVectors?(): unknown;
}

export interface StorageFound {
  readonly where: string;
  readonly storage: object;
  /** Agents whose memory it keeps. */
  readonly agents: readonly string[];
  /** Whether it is the one of Mastra itself, which has the snapshots of runs. */
  readonly isMastras: boolean;
}

/** What the checks look at. No server was asked yet. */
export interface Installation {
  readonly storages: readonly StorageFound[];
  readonly postgres: readonly PostgresStorage[];
  readonly redis: readonly RedisStorage[];
  readonly vectors: readonly PgVectors[];
  readonly pools: readonly PoolFound[];
  /** What could not be looked at, as skipped parts of `installation`. */
  readonly skipped: readonly SkippedCheck[];
}

interface MemoryFound {
  readonly agent: string;
  readonly memory: object;
}

/** Never rejects: what throws when it is looked at is left out, and told. */
export async function installationOf(mastra: DoctorHost | undefined, clock: Clock): Promise<Installation> {
  const skipped: SkippedCheck[] = [];
  const attempt = <T>(of: string, look: () => T): T | undefined => {
    try {
      return look();
    } catch (error) {
      skipped.push({ check: 'installation', reason: `${of}: ${reasonOf(error)}` });
      return undefined;
    }
  };

  if (!mastra) {
    skipped.push({ check: 'installation', reason: 'the plugin is not registered with a Mastra' });
    return { storages: [], postgres: [], redis: [], vectors: [], pools: [], skipped };
  }
  const memories = await memoriesOf(mastra, clock, attempt, skipped);
  const storages = storagesOf(mastra, memories, attempt);
  const postgres = storages.flatMap(
    ({ where, storage }) => attempt(where, () => postgresStorage(where, storage)) ?? [],
  );
  const redis = storages.flatMap(
    ({ where, storage }) => attempt(where, () => redisStorage(where, storage)) ?? [],
  );
  const vectors = vectorsOf(mastra, memories, attempt);
  return { storages, postgres, redis, vectors, pools: findPools(postgres, vectors), skipped };
}

type Attempt = <T>(of: string, look: () => T) => T | undefined;

/** As each agent has it outside of a request. */
async function memoriesOf(
  mastra: DoctorHost,
  clock: Clock,
  attempt: Attempt,
  skipped: SkippedCheck[],
): Promise<MemoryFound[]> {
  const agents = attempt('agents', () => Object.entries(mastra.listAgents())) ?? [];
  const found = await Promise.all(
    agents.map(async ([agent, it]): Promise<MemoryFound[]> => {
      try {
        if (!hasMethods(it, 'getMemory')) return [];
        const { getMemory } = it as { getMemory(): Promise<unknown> };
        const memory = await withDeadline(clock, MEMORY_MS, () => getMemory.call(it));
        return isObject(memory) ? [{ agent, memory }] : [];
      } catch (error) {
        skipped.push({
          check: 'installation',
          reason: `memory of agent ${JSON.stringify(agent)}: ${reasonOf(error)}`,
        });
        return [];
      }
    }),
  );
  return found.flat();
}

/** The same storage is behind a proxy of Mastra and one of each memory; they share its domains. */
function storagesOf(mastra: DoctorHost, memories: readonly MemoryFound[], attempt: Attempt): StorageFound[] {
  const found = new Map<object, StorageFound>();
  const add = (of: string, storage: unknown, agents: readonly string[], isMastras: boolean): void => {
    attempt(of, () => {
      if (!isObject(storage)) return;
      const domains = field(storage, 'stores');
      const key = isObject(domains) ? domains : storage;
      const known = found.get(key);
      const where = `storage ${JSON.stringify(textField(storage, 'id') ?? 'without an id')}`;
      found.set(
        key,
        known ? { ...known, agents: [...known.agents, ...agents] } : { where, storage, agents, isMastras },
      );
    });
  };
  const own = attempt('storage of Mastra', () => mastra.getStorage?.());
  add('storage of Mastra', own, [], true);
  for (const { agent, memory } of memories) {
    const of = `storage of the memory of agent ${JSON.stringify(agent)}`;
    const storage = attempt(of, () =>
      field(memory, 'hasOwnStorage') === true ? field(memory, 'storage') : own,
    );
    add(of, storage, [agent], false);
  }
  return [...found.values()];
}

function vectorsOf(mastra: DoctorHost, memories: readonly MemoryFound[], attempt: Attempt): PgVectors[] {
  const found = new Map<object, { readonly name: string; readonly recalls: Recall[] }>();
  const add = (name: string, vector: unknown, recall?: Recall): void => {
    if (!isObject(vector)) return;
    const known = found.get(vector) ?? { name, recalls: [] };
    if (recall) known.recalls.push(recall);
    found.set(vector, known);
  };
  attempt('vector stores', () => {
    for (const [name, vector] of Object.entries(mastra.listVectors?.() ?? {})) add(name, vector);
  });
  for (const { agent, memory } of memories)
    attempt(`vector store of the memory of agent ${JSON.stringify(agent)}`, () => {
      const vector = field(memory, 'vector');
      add(textField(vector, 'id') ?? agent, vector, recallOf(agent, memory));
    });
  return [...found].flatMap(([vector, { name, recalls }]) => {
    const where = `vector store ${JSON.stringify(name)}`;
    return attempt(where, () => pgVectors(where, vector, recalls)) ?? [];
  });
}
