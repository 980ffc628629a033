import { setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import type { ServerConfig } from '../server/config.ts';

export interface StoredMessage {
  readonly thread: string;
  readonly role: string;
  readonly text: string;
}

/** What is in the servers when all processes are gone. */
export interface LeftBehind {
  readonly snapshots: number;
  /** Names of those that nobody has let go. */
  readonly leases: readonly string[];
  readonly keys: number;
  /** As Mastra sorts them. */
  readonly messages: readonly StoredMessage[];
}

/** Leases of a process that was killed end by themselves. */
const LEASES_END_MS = 30_000;

export async function leftBehind({
  postgresUrl,
  schema,
  redis,
  prefix,
}: Pick<ServerConfig, 'postgresUrl' | 'schema' | 'redis' | 'prefix'>): Promise<LeftBehind> {
  const postgres = new Client({ connectionString: postgresUrl });
  const keys = 'url' in redis ? new Redis(redis.url) : new Redis(redis.sentinel as never);
  try {
    await postgres.connect();
    const snapshots = await postgres.query(
      `SELECT count(*)::int AS count FROM "${schema}".mastra_workflow_snapshot`,
    );
    const messages = await postgres.query(
      `SELECT thread_id, role, content FROM "${schema}".mastra_messages ORDER BY thread_id, "createdAt"`,
    );
    const all = await namesBelow(keys, prefix);
    let leases = all.filter(isLease);
    for (const until = Date.now() + LEASES_END_MS; leases.length > 0 && Date.now() < until;) {
      await setTimeout(500);
      leases = (await namesBelow(keys, prefix)).filter(isLease);
    }
    return {
      snapshots: snapshots.rows[0].count,
      leases,
      keys: all.length - leases.length,
      messages: messages.rows.map((row: { thread_id: string; role: string; content: unknown }) => ({
        thread: row.thread_id,
        role: row.role,
        text: textOf(row.content),
      })),
    };
  } finally {
    keys.disconnect();
    await postgres.end();
  }
}

const isLease = (name: string): boolean => name.includes(':{c}:lease');

async function namesBelow(redis: Redis, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const some of redis.scanStream({ match: `${prefix}:*`, count: 1000 }))
    names.push(...(some as string[]));
  return [...new Set(names)];
}

/** Of a message as Mastra stores it: JSON with parts. */
function textOf(content: unknown): string {
  const { parts } = (typeof content === 'string' ? JSON.parse(content) : content) as {
    parts?: ReadonlyArray<{ type: string; text?: string }>;
  };
  return (parts ?? []).map((part) => (part.type === 'text' ? (part.text ?? '') : '')).join('');
}
