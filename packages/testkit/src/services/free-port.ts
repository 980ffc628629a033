import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** Redis in cluster mode adds 10,000 for its bus port. */
const HIGHEST = 55_535;

/** A port of 127.0.0.1 that was free a moment ago; whoever binds it must be ready to lose the race. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    if (port <= HIGHEST) return port;
  }
}

/** Runs `start` with a free port; again with another one while it fails because the port was taken meanwhile. */
export async function onFreePort<T>(
  start: (port: number) => Promise<T>,
  isTaken: (error: unknown) => boolean,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === 5 || !isTaken(error)) throw error;
    }
  }
}
