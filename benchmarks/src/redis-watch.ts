import { Redis } from 'ioredis';

/** What lies under a prefix: bytes of the values, as they were written, and what the server takes for them. */
export async function bytesUnder(redis: Redis, prefix: string): Promise<{ values: number; memory: number }> {
  let values = 0;
  let memory = 0;
  for (const key of await redis.keys(`*${prefix}*`)) {
    values += await valueBytes(redis, key);
    memory += (await redis.memory('USAGE', key, 'SAMPLES', 0)) ?? 0;
  }
  return { values, memory };
}

async function valueBytes(redis: Redis, key: string): Promise<number> {
  const type = await redis.type(key);
  if (type === 'string') return redis.strlen(key);
  if (type !== 'hash') throw new Error(`${key} is a ${type}`);
  const fields = Object.entries(await redis.hgetallBuffer(key));
  return fields.reduce((sum, [field, value]) => sum + Buffer.byteLength(field) + value.length, 0);
}

export interface CommandWatch {
  /** Commands that clients have sent since the last call, in order; what a script does is not among them. */
  taken(): Promise<readonly string[]>;
  close(): void;
}

export async function watchCommands(url: string): Promise<CommandWatch> {
  const client = new Redis(url);
  const monitor = await client.monitor();
  let seen: string[] = [];
  let waiting: { readonly mark: string; readonly resolve: () => void } | undefined;
  monitor.on('monitor', (_time: string, [command = '', argument]: string[], source: string) => {
    if (source === 'lua') return;
    if (command === 'ECHO' || command === 'echo') {
      if (argument === waiting?.mark) waiting?.resolve();
    } else seen.push(command.toLowerCase());
  });
  let marks = 0;
  return {
    async taken() {
      const mark = `mark ${++marks}`;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = { mark, resolve };
      await client.echo(mark); // what was sent before it has been seen when it is seen
      await promise;
      const taken = seen;
      seen = [];
      return taken;
    },
    close() {
      monitor.disconnect();
      client.disconnect();
    },
  };
}
