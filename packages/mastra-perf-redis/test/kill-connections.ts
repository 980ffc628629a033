import { Redis } from 'ioredis';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Breaks the connections with this name, of one kind or all, and tells how many there were. */
export async function killConnections(
  { host, port }: Address,
  name: string,
  kind?: 'normal' | 'pubsub',
): Promise<number> {
  const admin = new Redis({ host, port });
  try {
    const list = String(await admin.call('client', 'list', ...(kind ? ['type', kind] : [])));
    const ours = list.split('\n').filter((line) => line.includes(` name=${name} `));
    for (const line of ours) await admin.call('client', 'kill', 'id', /^id=(\d+)/.exec(line)?.[1] ?? '');
    return ours.length;
  } finally {
    admin.disconnect();
  }
}
