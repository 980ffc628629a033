import { once } from 'node:events';
import { connect } from 'node:net';

/** Asks the Redis at a port for its process id, without a client: `INFO` as an inline command. */
export async function redisProcessId(port: number): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  try {
    const signal = AbortSignal.timeout(2000);
    await once(socket, 'connect', { signal });
    socket.write('INFO server\r\n');
    let reply = '';
    for (;;) {
      const [chunk] = (await once(socket, 'data', { signal })) as [Buffer];
      reply += chunk.toString();
      const found = /^process_id:(\d+)\r\n/m.exec(reply);
      if (found) return Number(found[1]);
    }
  } finally {
    socket.destroy();
  }
}
